import type { ISessionContext } from '@jupyterlab/apputils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type {
  Activity,
  Bifurcation,
  Code,
  FixedPoints,
  KernelMessage,
  ModelInfo,
  PanelMessage,
  Phase,
  Refusal,
  Runs,
  Show,
  State,
  Structure
} from './protocol';

/** Comm target that both halves of BrainPy Lab use. */
export const COMM_TARGET = 'brainpy_lab';

/** Name of the kernelspec whose kernels have the magics loaded. */
export const KERNEL_NAME = 'brainpy-lab';

/** Id of the plugin that has the settings. */
export const PANEL_PLUGIN = 'brainpy_lab:panel';

/** The line that loads the magics into an ordinary kernel. */
export const LOAD_MAGICS = '%load_ext brainpy_lab';

/** Commands of the extension. */
export namespace CommandIDs {
  export const open = 'brainpy-lab:open';
  export const close = 'brainpy-lab:close';
  export const apply = 'brainpy-lab:apply';
  export const revert = 'brainpy-lab:revert';
  export const nextModel = 'brainpy-lab:next-model';
}

/** A tab of the panel. */
export type View = NonNullable<Show['view']>;

/** The tabs of a model and of a network; the first is shown where the selected one is not among them. */
export const VIEWS: Record<ModelInfo['kind'], readonly View[]> = {
  model: ['code', 'phase', 'bifurcation', 'fixed_points', 'runs'],
  network: ['structure', 'code', 'activity', 'runs']
};

/** Where the panel opens. */
export type Area = 'main' | 'right';

/**
 * How far the panel is from the kernel half.
 *
 * `no-notebook` no notebook is open; `no-kernel` it has no living kernel; `connecting` hello was said and is not answered;
 * `refused` the kernel has no magics loaded; `connected` the kernel half answers; `restarting` the kernel is coming back.
 */
export type LinkStatus = 'no-notebook' | 'no-kernel' | 'connecting' | 'refused' | 'connected' | 'restarting';

/** What the panel needs of a notebook: its session, its renderers, and a place for an example cell. */
export interface INotebook {
  readonly id: string;
  readonly title: string;
  /** Emitted when the title may be another one. */
  readonly renamed: ISignal<unknown, void>;
  readonly sessionContext: ISessionContext;
  readonly rendermime: IRenderMimeRegistry;
  /** Insert a code cell below the active one and select it. */
  insertCell(source: string): void;
  /** How many of its cells define a model or a network. */
  countModelCells(): number;
  /** Run the cells that define a model or a network. */
  runModelCells(): Promise<void>;
}

/** The channel to the kernel half in one notebook's kernel. It owns its comm. */
export interface ILink extends IDisposable {
  readonly status: LinkStatus;
  /** Identifier of the kernel behind the link; null without one. */
  readonly kernelId: string | null;
  readonly statusChanged: ISignal<ILink, LinkStatus>;
  /** Emitted for each message that passed its type guard. */
  readonly received: ISignal<ILink, KernelMessage>;
  /** Emitted with the data of a message that did not pass. */
  readonly malformed: ISignal<ILink, unknown>;
  /** Talk to the kernel of this session from now on; null for none. */
  follow(session: ISessionContext | null): void;
  /** Send a message; dropped unless connected. */
  send(message: PanelMessage): void;
  /** Say hello again. */
  reconnect(): void;
  /** Load the magics into the kernel, then say hello again. Rejects with what the kernel said. */
  loadMagics(): Promise<void>;
}

/** What a change of the model was about. */
export type Part =
  | 'notebook'
  | 'status'
  | 'state'
  | 'view'
  | 'code'
  | 'draft'
  | 'structure'
  | 'activity'
  | 'phase'
  | 'bifurcation'
  | 'fixed_points'
  | 'runs'
  | 'error';

/** State of the panel and what one can do with it. Knows no DOM. */
export interface IPanelModel extends IDisposable {
  /** Emitted after a part of the model changed. */
  readonly changed: ISignal<IPanelModel, Part>;
  readonly status: LinkStatus;
  readonly notebook: INotebook | null;
  /** Last `state` of the kernel; null until it answers. */
  readonly state: State | null;
  /** Data of the current model's views; null until they arrive. */
  readonly code: Code | null;
  readonly structure: Structure | null;
  readonly activity: Activity | null;
  readonly phase: Phase | null;
  readonly bifurcation: Bifurcation | null;
  readonly fixedPoints: FixedPoints | null;
  readonly runs: Runs | null;
  /** The selected tab. */
  readonly view: View;
  /** The tabs that the current model or network has. */
  readonly views: readonly View[];
  /** What was refused last, for a view or (null) for the panel as a whole. */
  error(view: View | null): Refusal | null;

  /** Text in the editor: the step code in force, or what the user typed over it. */
  readonly draft: string;
  /** Whether `draft` differs from the code in force. */
  readonly isDirty: boolean;
  /** Whether the code in force changed under a dirty draft. */
  readonly isOutdated: boolean;
  /** Whether an Apply waits for its answer. */
  readonly isApplying: boolean;

  setNotebook(notebook: INotebook | null): void;
  /** Tell whether the panel can be seen; while it cannot, the kernel sends nothing. */
  setVisible(visible: boolean): void;
  show(view: View): void;
  select(model: string): void;
  nextModel(): void;
  configure(choice: { backend?: string; method?: string }): void;
  setDraft(text: string): void;
  apply(): void;
  revert(): void;
  /** Throw the draft away and take the code in force. */
  discard(): void;
  cancel(run: string): void;
  reconnect(): void;
  loadMagics(): Promise<void>;
}

/** The panel as other extensions see it. */
export interface IBrainPyPanel {
  /** Model of the open panel; null while the panel is closed. */
  readonly model: IPanelModel | null;
  /** Emitted when the panel opens, closes, or its model changes. */
  readonly changed: ISignal<IBrainPyPanel, void>;
  /** Open the panel, or bring the open one to the front. */
  open(options?: { area?: Area; view?: View; activate?: boolean }): void;
  /** Close the panel and its comm. */
  close(): void;
}

export const IBrainPyPanel = new Token<IBrainPyPanel>(
  'brainpy_lab:IBrainPyPanel',
  'The panel of BrainPy Lab: opens and closes it, and gives its model.'
);
