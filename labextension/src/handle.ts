import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';

import { KernelLink } from './link';
import { PanelModel } from './model';
import { asNotebook } from './notebook';
import { BrainPyPanel } from './panel';
import type { Area, IBrainPyPanel, IPanelModel, View } from './tokens';

/** What a handle on the panel is made of. */
export interface IHandleOptions {
  readonly shell: JupyterFrontEnd.IShell;
  readonly notebooks: INotebookTracker;
  readonly services: IEditorServices;
  readonly trans: TranslationBundle;
  /** Where the panel opens when the caller does not say. */
  readonly defaultArea: () => Area;
}

/** Opens and closes the one panel, and has its model follow the active notebook. */
export class PanelHandle implements IBrainPyPanel {
  constructor(private readonly _options: IHandleOptions) {
    _options.notebooks.currentChanged.connect(this._follow, this);
  }

  get model(): IPanelModel | null {
    return this._panel?.model ?? null;
  }

  get changed(): ISignal<IBrainPyPanel, void> {
    return this._changed;
  }

  /** Emitted with each panel that opens. */
  get opened(): ISignal<this, BrainPyPanel> {
    return this._opened;
  }

  open(options: { area?: Area; view?: View; activate?: boolean } = {}): void {
    const { shell } = this._options;
    const panel = this._panel ?? this._create(options.area ?? this._options.defaultArea(), options.view ?? 'code');
    if (options.view) {
      panel.model.show(options.view);
    }
    if (!panel.isAttached) {
      this._attach(panel);
    }
    if (options.activate ?? true) {
      shell.activateById(panel.id);
    }
  }

  close(): void {
    this._panel?.close();
  }

  private _create(area: Area, view: View): BrainPyPanel {
    const { services, trans } = this._options;
    const panel = new BrainPyPanel(new PanelModel(new KernelLink(), view), services, trans, area);
    this._panel = panel;
    panel.disposed.connect(this._onDisposed, this);
    panel.model.changed.connect(this._onModelChanged, this);
    this._follow();
    this._opened.emit(panel);
    this._changed.emit();
    return panel;
  }

  private _attach(panel: BrainPyPanel): void {
    const { shell, notebooks } = this._options;
    if (panel.area === 'right') {
      shell.add(panel, 'right', { rank: 500 });
      return;
    }
    const ref = notebooks.currentWidget?.id ?? null;
    shell.add(panel, 'main', { mode: 'split-right', ref, activate: false });
  }

  private _follow(): void {
    const notebook = this._options.notebooks.currentWidget;
    this._panel?.model.setNotebook(notebook ? asNotebook(notebook) : null);
  }

  private _onDisposed(): void {
    this._panel = null;
    this._changed.emit();
  }

  private _onModelChanged(): void {
    this._changed.emit();
  }

  private _panel: BrainPyPanel | null = null;
  private readonly _changed = new Signal<IBrainPyPanel, void>(this);
  private readonly _opened = new Signal<this, BrainPyPanel>(this);
}
