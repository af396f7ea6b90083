import type { Refusal } from './protocol';
import type { View } from './tokens';

/** Views whose refusals are about the current model: another model has none of them. */
const OF_MODEL: readonly View[] = ['code', 'structure', 'activity', 'phase', 'bifurcation', 'fixed_points'];

/** What was refused or went wrong, the latest of each view; null stands for the panel as a whole. */
export class Refusals {
  of(view: View | null): Refusal | null {
    return this._latest.get(view) ?? null;
  }

  put(refusal: Refusal): void {
    this._latest.set(refusal.view, refusal);
  }

  /** Keep what the panel itself has to say of a view. */
  say(view: View | null, model: string | null, message: string): void {
    this.put({ type: 'error', model, view, message, line: null, column: null });
  }

  /** Forget that of a view; whether there was one. */
  drop(view: View | null): boolean {
    return this._latest.delete(view);
  }

  /** Forget what was about the model that was shown. */
  dropModel(): void {
    OF_MODEL.forEach(view => this.drop(view));
  }

  clear(): void {
    this._latest.clear();
  }

  private readonly _latest = new Map<View | null, Refusal>();
}
