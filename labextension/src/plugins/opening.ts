import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ISessionContext } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { isKernelMessage } from '../guards';
import { COMM_TARGET, IBrainPyPanel, KERNEL_NAME, PANEL_PLUGIN } from '../tokens';

/** Opens the panel when a kernel asks for it (`%brainpy panel`). */
export const requestPlugin: JupyterFrontEndPlugin<void> = {
  id: 'brainpy_lab:request',
  description: 'Opens the BrainPy Lab panel when a kernel asks for it.',
  autoStart: true,
  requires: [IBrainPyPanel, INotebookTracker],
  activate: (_: JupyterFrontEnd, panel: IBrainPyPanel, notebooks: INotebookTracker) => {
    const onOpen = (comm: Kernel.IComm, data: unknown): void => {
      if (isKernelMessage(data) && data.type === 'open') {
        panel.open({ activate: false });
      }
      comm.close();
    };
    const listen = (session: ISessionContext): void => {
      const kernel = session.session?.kernel;
      kernel?.registerCommTarget(COMM_TARGET, (comm, message) => onOpen(comm, message.content.data));
    };
    const watch = (notebook: NotebookPanel): void => {
      notebook.sessionContext.kernelChanged.connect(listen, panel);
      listen(notebook.sessionContext);
    };
    notebooks.widgetAdded.connect((_, notebook) => watch(notebook), panel);
    notebooks.forEach(watch);
  }
};

/** Opens the panel beside the first sight of each notebook that has the BrainPy Lab kernel. */
export const automaticPlugin: JupyterFrontEndPlugin<void> = {
  id: 'brainpy_lab:automatic',
  description: 'Opens the BrainPy Lab panel with notebooks of the BrainPy Lab kernel.',
  autoStart: true,
  requires: [IBrainPyPanel, INotebookTracker, ISettingRegistry],
  activate: async (
    app: JupyterFrontEnd,
    panel: IBrainPyPanel,
    notebooks: INotebookTracker,
    registry: ISettingRegistry
  ) => {
    const settings = await registry.load(PANEL_PLUGIN);
    const seen = new WeakSet<NotebookPanel>();
    const consider = async (notebook: NotebookPanel | null): Promise<void> => {
      if (!notebook || seen.has(notebook)) {
        return;
      }
      seen.add(notebook);
      await Promise.all([notebook.sessionContext.ready, app.restored]);
      const isOurs = notebook.sessionContext.session?.kernel?.name === KERNEL_NAME;
      if (isOurs && settings.get('openAutomatically').composite === true && !notebook.isDisposed) {
        panel.open({ activate: false });
      }
    };
    notebooks.currentChanged.connect((_, notebook) => void consider(notebook), panel);
    void consider(notebooks.currentWidget);
  }
};
