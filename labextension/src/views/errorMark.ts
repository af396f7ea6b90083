import { Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, DecorationSet, EditorView, WidgetType } from '@codemirror/view';

/** A place in the editor and what is wrong there; line counts from 1, column from 0. */
export interface IErrorMark {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const setMark = StateEffect.define<IErrorMark | null>();

/** Marks one line of the editor as wrong and writes the reason under it. Typing in the line removes the mark. */
const markField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    let kept = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (effect.is(setMark)) {
        kept = effect.value ? decorate(transaction.newDoc, effect.value) : Decoration.none;
      }
    }
    return kept;
  },
  provide: field => EditorView.decorations.from(field)
});

/** Injects the mark into an editor and moves it. */
export class ErrorMarker {
  /** Extension for the editor. */
  readonly extension: Extension = [
    markField,
    EditorView.updateListener.of(update => {
      this._view = update.view;
    })
  ];

  /** @param node - Element that contains the editor. */
  constructor(private readonly _node: HTMLElement) {}

  show(mark: IErrorMark | null): void {
    this._editorView?.dispatch({ effects: setMark.of(mark) });
  }

  private get _editorView(): EditorView | null {
    const content = this._node.querySelector<HTMLElement>('.cm-content');
    return this._view ?? (content ? EditorView.findFromDOM(content) : null);
  }

  private _view: EditorView | null = null;
}

function decorate(
  doc: { lines: number; line(n: number): { from: number; to: number } },
  mark: IErrorMark
): DecorationSet {
  const line = doc.line(Math.min(Math.max(1, mark.line), doc.lines));
  return Decoration.set([
    Decoration.line({ class: 'bpl-ErrorLine' }).range(line.from),
    Decoration.widget({ widget: new Reason(mark), block: true, side: 1 }).range(line.to)
  ]);
}

class Reason extends WidgetType {
  constructor(private readonly _mark: IErrorMark) {
    super();
  }

  override eq(other: Reason): boolean {
    return other._mark === this._mark;
  }

  toDOM(): HTMLElement {
    const node = document.createElement('div');
    node.className = 'bpl-ErrorReason';
    node.textContent = `${' '.repeat(this._mark.column)}\u25b2\n${this._mark.message}`;
    return node;
  }
}
