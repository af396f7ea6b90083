import type { Code } from './protocol';

/** A text typed over step code, and the code that stood there when typing began. */
interface IDraft {
  readonly text: string;
  readonly base: string;
}

/** Texts typed over step code and not yet in force, by kernel and model, and the one that waits for its answer. */
export class Drafts {
  /** Whether an Apply waits for its answer. */
  get isApplying(): boolean {
    return this._isApplying;
  }

  /** What the editor shows: the draft, or the code in force. */
  text(key: string, code: Code | null): string {
    return this._drafts.get(key)?.text ?? code?.text ?? '';
  }

  has(key: string): boolean {
    return this._drafts.has(key);
  }

  /** Whether the code in force changed under a draft. */
  isOutdated(key: string, code: Code): boolean {
    const draft = this._drafts.get(key);
    return draft !== undefined && draft.base !== code.text;
  }

  /** Take what was typed; a text like the code in force is no draft. */
  write(key: string, text: string, code: Code): void {
    const base = this._drafts.get(key)?.base ?? code.text;
    if (text === code.text) {
      this._drafts.delete(key);
    } else {
      this._drafts.set(key, { text, base });
    }
  }

  drop(key: string): void {
    this._drafts.delete(key);
  }

  /** The draft is on its way to the kernel. */
  send(key: string, text: string): void {
    this._isApplying = true;
    this._sent = { key, text };
  }

  /** Code in force has arrived: the answer to an Apply, or what is the same as the draft. */
  settle(key: string, code: Code): void {
    if (this._isApplying || this._drafts.get(key)?.text === code.text) {
      this._drafts.delete(key);
    }
    this._isApplying = false;
  }

  /**
   * The text was refused: it is the draft again, also where the code in force came between Apply and its answer.
   *
   * @returns Whether the text of the editor changed by it.
   */
  refuse(key: string, code: Code | null): boolean {
    const sent = this._sent;
    this._isApplying = false;
    this._sent = null;
    if (!code || sent?.key !== key || sent.text === this.text(key, code)) {
      return false;
    }
    this._drafts.set(key, { text: sent.text, base: code.text });
    return true;
  }

  /** No answer will come. */
  stopWaiting(): void {
    this._isApplying = false;
  }

  private readonly _drafts = new Map<string, IDraft>();
  private _isApplying = false;
  private _sent: { key: string; text: string } | null = null;
}
