import { getChunks, unifiedMergeView } from '@codemirror/merge';
import { Compartment, Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** Shows in an editor where its text differs from another one: what that one has stands above what replaces it. */
export class Changes {
  /** @param node - Element that contains the editor. */
  constructor(private readonly _node: HTMLElement) {}

  /** Extension for the editor. */
  get extension(): Extension {
    return this._place.of([]);
  }

  /** Compare with a text and go to the first difference; null shows the editor's own text alone. */
  show(original: string | null): void {
    const view = EditorView.findFromDOM(this._node);
    if (!view || original === this._original) {
      return;
    }
    this._original = original;
    // Taken out first: CodeMirror keeps the text of a comparison that is only changed for another one.
    view.dispatch({ effects: this._place.reconfigure([]) });
    if (original !== null) {
      view.dispatch({ effects: this._place.reconfigure(unifiedMergeView({ original, mergeControls: false })) });
      const first = getChunks(view.state)?.chunks[0];
      view.dispatch({ effects: first ? EditorView.scrollIntoView(first.fromB, { y: 'center' }) : [] });
    }
  }

  private readonly _place = new Compartment();
  private _original: string | null = null;
}
