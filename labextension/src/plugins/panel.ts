import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PanelHandle } from '../handle';
import { brainIcon } from '../icons';
import type { BrainPyPanel } from '../panel';
import { Area, CommandIDs, IBrainPyPanel, PANEL_PLUGIN, View } from '../tokens';

/** The panel itself: opens, closes, and comes back after a reload. */
export const panelPlugin: JupyterFrontEndPlugin<IBrainPyPanel> = {
  id: PANEL_PLUGIN,
  description: 'The BrainPy Lab panel beside the notebook.',
  autoStart: true,
  provides: IBrainPyPanel,
  requires: [INotebookTracker, IEditorServices],
  optional: [ISettingRegistry, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    services: IEditorServices,
    settings: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ): IBrainPyPanel => {
    const trans = (translator ?? nullTranslator).load('brainpy_lab');
    let area: Area = 'main';
    const handle = new PanelHandle({ shell: app.shell, notebooks, services, trans, defaultArea: () => area });
    void settings
      ?.load(PANEL_PLUGIN)
      .then(loaded => {
        const read = (): void => {
          area = loaded.get('area').composite === 'right' ? 'right' : 'main';
        };
        loaded.changed.connect(read);
        read();
      })
      .catch(reason => {
        console.warn('BrainPy Lab: settings could not be read', reason);
      });
    app.commands.addCommand(CommandIDs.open, {
      label: args => (args.isPalette ? trans.__('Open the BrainPy Lab Panel') : trans.__('BrainPy Lab')),
      caption: trans.__(
        'Show the step code, phase plane, bifurcations and runs of this notebook’s models and networks'
      ),
      icon: brainIcon,
      describedBy: { args: OPEN_ARGS },
      execute: args => {
        const { area, view, activate } = args as { area?: Area; view?: View; activate?: boolean };
        handle.open({ ...(area && { area }), ...(view && { view }), ...(activate !== undefined && { activate }) });
      }
    });
    app.commands.addCommand(CommandIDs.close, {
      label: trans.__('Close the BrainPy Lab Panel'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => handle.model !== null,
      execute: () => handle.close()
    });
    if (restorer) {
      restore(handle, restorer);
    }
    return handle;
  }
};

const OPEN_ARGS = {
  type: 'object',
  properties: {
    area: {
      type: 'string',
      enum: ['main', 'right'],
      description: 'Area of the window; by default as in the settings.'
    },
    view: {
      type: 'string',
      enum: ['code', 'phase', 'bifurcation', 'fixed_points', 'runs'],
      description: 'Tab to show.'
    },
    activate: { type: 'boolean', description: 'Whether the panel gets the focus; true by default.' },
    isPalette: { type: 'boolean', description: 'Whether the command is called from the palette.' }
  }
};

/** Have the panel, its area and its tab come back after a reload. */
function restore(handle: PanelHandle, restorer: ILayoutRestorer): void {
  const tracker = new WidgetTracker<BrainPyPanel>({ namespace: 'brainpy-lab' });
  handle.opened.connect((_, panel) => {
    void tracker.add(panel);
    panel.model.changed.connect((_, part) => {
      if (part === 'view') {
        void tracker.save(panel);
      }
    });
  });
  void restorer.restore(tracker, {
    command: CommandIDs.open,
    args: panel => ({ area: panel.area, view: panel.model.view, activate: false }),
    name: () => 'panel'
  });
}
