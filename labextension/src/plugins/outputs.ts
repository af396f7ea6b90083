import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { KERNEL_NAME } from '../tokens';
import { VIEW_MIME, ViewOutput } from '../views/viewOutput';

/** Before Jupyter's own renderer of widgets, which has -10 and prints an error for widgets that do not live. */
const RANK = -20;

/** Renders the outputs of model cells, and leaves notebooks unchanged that were only opened. */
export const outputsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'brainpy_lab:outputs',
  description: 'Shows the output of model cells: widgets while they live, else their saved picture.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('brainpy_lab');
    const watch = (notebook: NotebookPanel): void => {
      notebook.content.rendermime.addFactory(
        { safe: true, mimeTypes: [VIEW_MIME], createRenderer: () => new ViewOutput(notebook, trans) },
        RANK
      );
      void notebook.context.ready.then(() => stayClean(notebook));
    };
    notebooks.widgetAdded.connect((_, notebook) => watch(notebook), outputsPlugin);
    notebooks.forEach(watch);
  }
};

/** JupyterLab writes the kernel's version of Python into each notebook it opens: that alone is no change of ours. */
function stayClean(notebook: NotebookPanel): void {
  const { model } = notebook.context;
  let wasClean = !model.dirty;
  model.stateChanged.connect((_, { name }) => {
    if (name === 'dirty') {
      queueMicrotask(() => (wasClean = !model.dirty)); // after all that one change sets off
    }
  });
  model.metadataChanged.connect((_, { key }) => {
    const spec = model.getMetadata('kernelspec') as { name?: string } | undefined;
    if (key === 'language_info' && wasClean && spec?.name === KERNEL_NAME) {
      queueMicrotask(() => (model.dirty = false));
    }
  });
}
