import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs, IBrainPyPanel } from '../tokens';

const NO_ARGS = { args: { type: 'object', properties: {} } };

/** Commands on the panel's model, and all commands in the palette. */
export const commandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'brainpy_lab:commands',
  description: 'Commands of the BrainPy Lab panel, and their entries in the palette.',
  autoStart: true,
  requires: [IBrainPyPanel],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    panel: IBrainPyPanel,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('brainpy_lab');
    const { commands } = app;
    commands.addCommand(CommandIDs.apply, {
      label: trans.__('Apply the Edited Step Code'),
      describedBy: NO_ARGS,
      isEnabled: () => Boolean(panel.model?.code),
      execute: () => panel.model?.apply()
    });
    commands.addCommand(CommandIDs.revert, {
      label: trans.__('Revert to the Generated Step Code'),
      describedBy: NO_ARGS,
      isEnabled: () => Boolean(panel.model?.isDirty || panel.model?.code?.edited),
      execute: () => panel.model?.revert()
    });
    commands.addCommand(CommandIDs.nextModel, {
      label: trans.__('Show the Next Model'),
      describedBy: NO_ARGS,
      isEnabled: () => (panel.model?.state?.models.length ?? 0) > 1,
      execute: () => panel.model?.nextModel()
    });
    panel.changed.connect(() => commands.notifyCommandChanged(), commands);
    const category = trans.__('BrainPy Lab');
    palette?.addItem({ command: CommandIDs.open, category, args: { isPalette: true } });
    for (const command of [CommandIDs.close, CommandIDs.apply, CommandIDs.revert, CommandIDs.nextModel]) {
      palette?.addItem({ command, category });
    }
  }
};
