// Made by `npm run generate` from kernel/brainpy_kernel/protocol.schema.json: change that file, not this one.

/**
 * Messages between the kernel half and the panel on the comm target `brainpy_lab`. The panel opens the comm with a `hello` as data; the kernel answers with `state`. `%brainpy panel` opens a comm from the kernel with `open` as data; the browser opens the panel, closes that comm, and says `hello` on one of its own.
 */
export type Protocol = PanelMessage | KernelMessage;
/**
 * A message from the panel to the kernel.
 */
export type PanelMessage = Hello | Select | Configure | Apply | Revert | Show | Cancel;
/**
 * A message from the kernel to the panel.
 */
export type KernelMessage =
  Open | State | Code | Structure | Activity | Phase | Bifurcation | FixedPoints | Runs | Refusal;

/**
 * The panel is there; the kernel answers with `state`, then with the data of the shown view.
 */
export interface Hello {
  type: 'hello';
  protocol: 1;
}
/**
 * Make a model the current one.
 */
export interface Select {
  type: 'select';
  model: string;
}
/**
 * Choose the driver, the method, or both, of a model.
 */
export interface Configure {
  type: 'configure';
  model: string;
  backend?: string;
  method?: string;
}
/**
 * Put edited step code in force. The kernel answers with `code`, or with `error` and the old code stays.
 */
export interface Apply {
  type: 'apply';
  model: string;
  text: string;
}
/**
 * Bring the generated step code back.
 */
export interface Revert {
  type: 'revert';
  model: string;
}
/**
 * The tab that is visible: the kernel sends the data of that view only; null while the panel is hidden.
 */
export interface Show {
  type: 'show';
  /**
   * The visible tab.
   */
  view: 'code' | 'structure' | 'activity' | 'phase' | 'bifurcation' | 'fixed_points' | 'runs' | null;
}
/**
 * Stop a run; its Solution up to there is kept.
 */
export interface Cancel {
  type: 'cancel';
  run: string;
}
/**
 * Data of a comm opened by the kernel (`%brainpy panel`): the browser opens the panel.
 */
export interface Open {
  type: 'open';
}
/**
 * All models and networks of the kernel, the current one, and what can be chosen for it.
 */
export interface State {
  type: 'state';
  protocol: 1;
  models: ModelInfo[];
  current: string | null;
  drivers: DriverInfo[];
  methods: MethodInfo[];
}
/**
 * A model or network of the user's namespace. The states of a network are its groups; it has no parameters of its own and no single method.
 */
export interface ModelInfo {
  kind: 'model' | 'network';
  name: string;
  title: string;
  states: string[];
  /**
   * Present value of each parameter; null for one that is not a single finite number.
   */
  parameters: {
    [k: string]: number | null;
  };
  backend: string;
  method: string;
  edited: boolean;
}
/**
 * A driver; `reason` says why it is not available.
 */
export interface DriverInfo {
  name: string;
  title: string;
  available: boolean;
  reason: string | null;
}
/**
 * A numerical method.
 */
export interface MethodInfo {
  name: string;
  title: string;
  order: number;
  adaptive: boolean;
}
/**
 * The step code in force (`text`) and the generated one (`generated`).
 */
export interface Code {
  type: 'code';
  model: string;
  backend: string;
  method: string;
  text: string;
  generated: string;
  edited: boolean;
  file: string | null;
}
/**
 * What a network is made of; `memory` is about what a run takes, in words.
 */
export interface Structure {
  type: 'structure';
  model: string;
  groups: GroupInfo[];
  synapses: SynapsesInfo[];
  memory: string;
}
/**
 * A group or source of a network; `model` and `method` are null for a source.
 */
export interface GroupInfo {
  name: string;
  kind: string;
  model: string | null;
  method: string | null;
  cells: number;
  shape: number[];
  states: string[];
}
/**
 * Synapses of a network: the sides and groups they connect, smallest and largest delay, and where each variable lives, in words. `sign` is what their weights or their names say; null where these say nothing.
 */
export interface SynapsesInfo {
  name: string;
  model: string;
  pre: string;
  post: string;
  pre_group: string;
  post_group: string;
  sign: 'excitatory' | 'inhibitory' | 'coupling' | null;
  connections: number;
  /**
   * @minItems 2
   * @maxItems 2
   */
  delay: [number, number];
  notes: string[];
}
/**
 * Raster and rates of a network's latest run as an ipywidget; null while it has not run. `caption` says which run it is.
 */
export interface Activity {
  type: 'activity';
  model: string;
  model_id: string | null;
  caption: string;
}
/**
 * The phase plane as an ipywidget, rendered by the notebook's rendermime; null when the model has none (`error` says why).
 */
export interface Phase {
  type: 'phase';
  model: string;
  model_id: string | null;
}
/**
 * The bifurcation diagram with its choices as an ipywidget; null where the model has no parameter that is a single number.
 */
export interface Bifurcation {
  type: 'bifurcation';
  model: string;
  model_id: string | null;
}
/**
 * The fixed points at the present parameter values; `message` says what qualifies all of them or why there are none, or is null.
 */
export interface FixedPoints {
  type: 'fixed_points';
  model: string;
  states: string[];
  parameters: {
    [k: string]: number | null;
  };
  rows: FixedPointRow[];
  message: string | null;
}
/**
 * One fixed point: the value of each state, the eigenvalues as [real, imaginary], its kind in words; `note` qualifies the kind, or is empty.
 */
export interface FixedPointRow {
  values: number[];
  eigenvalues: [number, number][];
  kind: string;
  stable: boolean;
  note: string;
}
/**
 * The runs of this kernel, newest first.
 */
export interface Runs {
  type: 'runs';
  runs: RunInfo[];
}
/**
 * One run. `progress` runs from 0 to 1, `started` is in seconds since 1970, `duration` in model time, `steps` counts steps done; `cell` is the prompt of the cell that runs it, null where sliders do.
 */
export interface RunInfo {
  id: string;
  model: string;
  status: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  progress: number;
  started: number;
  duration: number;
  outcome: string | null;
  steps: number | null;
  cell: string | null;
}
/**
 * Something the user asked for was refused, and what they had stays. `line` counts from 1, `column` from 0, in the step code of the Code view.
 */
export interface Refusal {
  type: 'error';
  model: string | null;
  /**
   * The tab it belongs to; null for the panel as a whole.
   */
  view: 'code' | 'structure' | 'activity' | 'phase' | 'bifurcation' | 'fixed_points' | 'runs' | null;
  message: string;
  line: number | null;
  column: number | null;
}
