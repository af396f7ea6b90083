import { commandsPlugin } from './plugins/commands';
import { automaticPlugin, requestPlugin } from './plugins/opening';
import { outputsPlugin } from './plugins/outputs';
import { panelPlugin } from './plugins/panel';

export { IBrainPyPanel } from './tokens';

export default [panelPlugin, commandsPlugin, requestPlugin, automaticPlugin, outputsPlugin];
