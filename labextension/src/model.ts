import { ISignal, Signal } from '@lumino/signaling';

import { Drafts } from './drafts';
import { AnyPage, hasFigure, Pages } from './pages';
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
  State,
  Structure
} from './protocol';
import { Refusals } from './refusals';
import { ILink, INotebook, IPanelModel, LinkStatus, Part, VIEWS, View } from './tokens';

/** Message of the error that stands for an answer outside the protocol. */
export const OUTSIDE_PROTOCOL = 'outside-protocol';

/** State of the panel: the last messages of the kernel, the selected tab, and the text being edited. */
export class PanelModel implements IPanelModel {
  /** @param link - Channel to the kernel half; the model disposes it. */
  constructor(link: ILink, view: View = 'code') {
    this._link = link;
    this._view = view;
    link.statusChanged.connect(this._onStatus, this);
    link.received.connect(this._onMessage, this);
    link.malformed.connect(this._onMalformed, this);
  }

  get changed(): ISignal<IPanelModel, Part> {
    return this._changed;
  }

  get status(): LinkStatus {
    return this._link.status;
  }

  get notebook(): INotebook | null {
    return this._notebook;
  }

  get state(): State | null {
    return this._state;
  }

  get code(): Code | null {
    return this._pages.code ?? null;
  }

  get structure(): Structure | null {
    return this._pages.structure ?? null;
  }

  get activity(): Activity | null {
    return this._pages.activity ?? null;
  }

  get phase(): Phase | null {
    return this._pages.phase ?? null;
  }

  get bifurcation(): Bifurcation | null {
    return this._pages.bifurcation ?? null;
  }

  get fixedPoints(): FixedPoints | null {
    return this._pages.fixed_points ?? null;
  }

  get runs(): Runs | null {
    return this._runs;
  }

  /** The tab that the user chose, or the first where the current model has no such tab. */
  get view(): View {
    return this.views.includes(this._view) ? this._view : (this.views[0] as View);
  }

  get views(): readonly View[] {
    const kind = this._current?.kind;
    return kind ? VIEWS[kind] : [...VIEWS.model, ...VIEWS.network]; // none is given up while the kernel restarts
  }

  get draft(): string {
    return this._drafts.text(this._draftKey, this.code);
  }

  get isDirty(): boolean {
    return this.code !== null && this._drafts.has(this._draftKey);
  }

  get isOutdated(): boolean {
    return this.code !== null && this._drafts.isOutdated(this._draftKey, this.code);
  }

  get isApplying(): boolean {
    return this._drafts.isApplying;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._link.dispose();
    Signal.clearData(this);
  }

  error(view: View | null): Refusal | null {
    return this._errors.of(view);
  }

  setNotebook(notebook: INotebook | null): void {
    if (notebook?.id === this._notebook?.id) {
      return;
    }
    this._notebook?.renamed.disconnect(this._onRenamed, this);
    this._notebook = notebook;
    notebook?.renamed.connect(this._onRenamed, this);
    this._forget();
    this._changed.emit('notebook');
    this._link.follow(notebook?.sessionContext ?? null);
  }

  setVisible(visible: boolean): void {
    this._isVisible = visible;
    this._tellView();
  }

  show(view: View): void {
    const before = this.view;
    this._view = view;
    if (this.view !== before) {
      this._tellView();
      this._changed.emit('view');
    }
  }

  select(model: string): void {
    if (model !== this._state?.current) {
      this._send({ type: 'select', model });
    }
  }

  nextModel(): void {
    const names = this._state?.models.map(info => info.name) ?? [];
    if (this._state?.current && names.length > 1) {
      const next = names[(names.indexOf(this._state.current) + 1) % names.length];
      this.select(next as string);
    }
  }

  configure(choice: { backend?: string; method?: string }): void {
    const driver = this._state?.drivers.find(({ name }) => name === choice.backend);
    if (driver && !driver.available) {
      this._setError('code', driver.reason ?? driver.title);
      return;
    }
    this._withModel(model => {
      this._clearError('code');
      this._send({ type: 'configure', model, ...choice });
    });
  }

  setDraft(text: string): void {
    if (this.code && text !== this.draft) {
      this._drafts.write(this._draftKey, text, this.code);
      this._changed.emit('draft');
    }
  }

  apply(): void {
    if (!this.isDirty || this.isApplying) {
      return;
    }
    this._withModel(model => {
      this._drafts.send(this._draftKey, this.draft);
      this._clearError('code');
      this._send({ type: 'apply', model, text: this.draft });
      this._changed.emit('draft');
    });
  }

  revert(): void {
    this._withModel(model => {
      this._clearError('code');
      this._drafts.drop(this._draftKey);
      this._changed.emit('code');
      if (this.code?.edited) {
        this._send({ type: 'revert', model });
      }
    });
  }

  discard(): void {
    this._drafts.drop(this._draftKey);
    this._clearError('code');
    this._changed.emit('code');
  }

  cancel(run: string): void {
    this._send({ type: 'cancel', run });
  }

  reconnect(): void {
    this._link.reconnect();
  }

  async loadMagics(): Promise<void> {
    this._clearError(null);
    try {
      await this._link.loadMagics();
    } catch (reason) {
      this._setError(null, reason instanceof Error ? reason.message : String(reason));
    }
  }

  private get _current(): ModelInfo | undefined {
    return this._state?.models.find(({ name }) => name === this._state?.current);
  }

  private get _draftKey(): string {
    return JSON.stringify([this._link.kernelId, this._state?.current ?? null]);
  }

  private _withModel(act: (model: string) => void): void {
    if (this._state?.current) {
      act(this._state.current);
    }
  }

  private _send(message: PanelMessage): void {
    if (!this._isDisposed) {
      this._link.send(message);
    }
  }

  /** Tell the kernel which view can be seen, once for each change. */
  private _tellView(): void {
    const shown = this._isVisible ? this.view : null;
    if (this.status !== 'connected' || shown === this._told) {
      return;
    }
    this._forgetFigure();
    this._told = shown;
    this._send({ type: 'show', view: shown });
  }

  /** The kernel closes the figure of a hidden tab. */
  private _forgetFigure(): void {
    const told = this._told;
    if (hasFigure(told) && this._pages[told]) {
      this._pages = { ...this._pages, [told]: undefined };
      this._changed.emit(told);
    }
  }

  private _onRenamed(): void {
    this._changed.emit('notebook');
  }

  private _onStatus(_: ILink, status: LinkStatus): void {
    if (status === 'connected') {
      this._told = null;
    } else {
      this._forget();
    }
    this._changed.emit('status');
    this._tellView();
  }

  private _onMessage(_: ILink, message: KernelMessage): void {
    switch (message.type) {
      case 'open':
        return;
      case 'state':
        return this._setState(message);
      case 'code':
        return this._setCode(message);
      case 'structure':
      case 'activity':
      case 'phase':
      case 'bifurcation':
      case 'fixed_points':
        return this._setPage(message);
      case 'runs':
        this._runs = message;
        return this._changed.emit('runs');
      case 'error':
        return this._setRefusal(message);
    }
  }

  private _setState(state: State): void {
    const previous = this._state?.current;
    const before = this.view;
    this._state = state;
    this._errors.drop(null);
    if (state.current !== previous) {
      this._forgetViews();
    }
    this._changed.emit('state');
    if (this.view !== before) {
      this._tellView();
      this._changed.emit('view');
    }
    this._changed.emit('error');
  }

  private _setCode(code: Code): void {
    if (code.model !== this._state?.current) {
      return; // about another model: too late
    }
    this._pages = { ...this._pages, code };
    this._drafts.settle(this._draftKey, code);
    if (!this.isDirty) {
      this._errors.drop('code'); // what was refused is gone
    }
    this._changed.emit('code');
  }

  private _setRefusal(error: Refusal): void {
    if (error.model !== null && error.model !== this._state?.current) {
      return;
    }
    if (error.view === 'code' && this._drafts.refuse(this._draftKey, this.code)) {
      this._changed.emit('code');
    }
    this._errors.put(error);
    this._changed.emit('error');
  }

  /** Keep a message of the current model; one about another model came too late. */
  private _setPage(message: Exclude<AnyPage, Code>): void {
    if (message.model === this._state?.current) {
      this._errors.drop(message.type);
      this._pages = { ...this._pages, [message.type]: message };
      this._changed.emit(message.type);
    }
  }

  private _onMalformed(_: ILink, data: unknown): void {
    console.warn('BrainPy Lab: message outside the protocol', data);
    this._setError(null, OUTSIDE_PROTOCOL);
  }

  private _setError(view: View | null, message: string): void {
    this._errors.say(view, this._state?.current ?? null, message);
    this._changed.emit('error');
  }

  private _clearError(view: View | null): void {
    if (this._errors.drop(view)) {
      this._changed.emit('error');
    }
  }

  private _forget(): void {
    this._state = null;
    this._runs = null;
    this._errors.clear();
    this._forgetViews();
  }

  private _forgetViews(): void {
    this._pages = {};
    this._drafts.stopWaiting();
    this._errors.dropModel();
  }

  private readonly _link: ILink;
  private readonly _changed = new Signal<IPanelModel, Part>(this);
  private readonly _drafts = new Drafts();
  private readonly _errors = new Refusals();
  private _notebook: INotebook | null = null;
  private _state: State | null = null;
  private _pages: Pages = {};
  private _runs: Runs | null = null;
  private _view: View;
  private _isVisible = false;
  private _told: View | null = null;
  private _isDisposed = false;
}
