import type { Activity, Bifurcation, Code, FixedPoints, Phase, Structure } from './protocol';
import type { View } from './tokens';

/** What a tab shows of the current model. */
export type AnyPage = Code | Structure | Activity | Phase | Bifurcation | FixedPoints;

/** The last message of each tab about the current model. */
export type Pages = { [Page in AnyPage as Page['type']]?: Page | undefined };

/** Tabs with a figure, which the kernel closes when they are hidden. */
export type FigureTab = 'phase' | 'bifurcation' | 'activity';

/** Whether a tab has a figure. */
export function hasFigure(view: View | null): view is FigureTab {
  return view === 'phase' || view === 'bifurcation' || view === 'activity';
}
