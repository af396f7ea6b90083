import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';

import type { INotebook } from './tokens';

/** What the panel needs of a notebook, from a notebook's widget. */
export function asNotebook(widget: NotebookPanel): INotebook {
  return {
    id: widget.id,
    title: widget.title.label,
    sessionContext: widget.sessionContext,
    rendermime: widget.content.rendermime,
    insertCell: source => {
      NotebookActions.insertBelow(widget.content);
      widget.content.activeCell?.model.sharedModel.setSource(source);
      widget.content.activate();
    }
  };
}
