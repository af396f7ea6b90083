import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

import { definesModel } from './modelcells';
import type { INotebook } from './tokens';

/** What the panel needs of a notebook, from a notebook's widget. */
export function asNotebook(widget: NotebookPanel): INotebook {
  const modelCells = () =>
    widget.content.widgets.filter(
      cell => cell.model.type === 'code' && definesModel(cell.model.sharedModel.getSource())
    );
  return {
    id: widget.id,
    get title() {
      return widget.title.label;
    },
    renamed: widget.title.changed,
    sessionContext: widget.sessionContext,
    rendermime: widget.content.rendermime,
    insertCell: source => {
      NotebookActions.insertBelow(widget.content);
      widget.content.activeCell?.model.sharedModel.setSource(source);
      widget.content.activate();
    },
    countModelCells: () => modelCells().length,
    runModelCells: async () => {
      await NotebookActions.runCells(widget.content, modelCells(), widget.sessionContext);
    }
  };
}
