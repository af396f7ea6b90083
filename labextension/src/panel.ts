import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Panel, Title, Widget } from '@lumino/widgets';

import { brainIcon } from './icons';
import type { Area, IPanelModel, Part, View } from './tokens';
import { Alert } from './views/alert';
import { CodeView } from './views/code';
import { ActivityView, BifurcationView, PhaseView } from './views/figures';
import { FixedPointsView } from './views/fixedPoints';
import { Guide } from './views/guide';
import { Header } from './views/header';
import { RunsView } from './views/runs';
import { StatusLine } from './views/statusLine';
import { StructureView } from './views/structure';
import { Tabs } from './views/tabs';

/** The panel: a model picker over tabs, or a guide while there is nothing to show. It owns its model. */
export class BrainPyPanel extends Panel {
  static readonly ID = 'brainpy-lab-panel';

  constructor(
    readonly model: IPanelModel,
    services: IEditorServices,
    trans: TranslationBundle,
    /** Area of the shell that the panel stands in. */
    readonly area: Area
  ) {
    super();
    this.id = BrainPyPanel.ID;
    this.addClass('bpl-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('BrainPy Lab'));
    describe(this.title, trans);
    this._tabs = this._createTabs(services, trans);
    this._header = new Header(model, trans);
    this._guide = new Guide(model, trans);
    this._alert = new Alert(model, trans);
    this._status = new StatusLine(model, trans);
    for (const widget of [this._header, this._alert, this._guide, this._tabs, this._status]) {
      this.addWidget(widget);
    }
    this._tabs.bar.currentChanged.connect(this._onTab, this);
    model.changed.connect(this._onChanged, this);
    document.addEventListener('visibilitychange', this);
    this._showTab();
    this._showBody();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    document.removeEventListener('visibilitychange', this);
    this.model.changed.disconnect(this._onChanged, this);
    this._tabs.bar.currentChanged.disconnect(this._onTab, this);
    super.dispose();
    this.model.dispose();
  }

  /** The page went to the background or came back. */
  handleEvent(_: Event): void {
    this._tellVisible();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._tellVisible();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._tellVisible();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._tellVisible();
  }

  protected override onBeforeDetach(message: Message): void {
    this.model.setVisible(false);
    super.onBeforeDetach(message);
  }

  protected override onCloseRequest(message: Message): void {
    super.onCloseRequest(message);
    this.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    const focus = this._tabs.isVisible ? '.lm-TabBar-tab.lm-mod-current' : 'button, [tabindex]';
    this.node.querySelector<HTMLElement>(focus)?.focus();
  }

  private _createTabs(services: IEditorServices, trans: TranslationBundle): Tabs {
    const tabs = new Tabs(trans.__('Views of the model'));
    this._views = [
      ['structure', trans.__('Structure'), new StructureView(this.model, trans)],
      ['code', trans.__('Code'), new CodeView(this.model, services, trans)],
      ['activity', trans.__('Activity'), new ActivityView(this.model, trans)],
      ['phase', trans.__('Phase plane'), new PhaseView(this.model, trans)],
      ['bifurcation', trans.__('Bifurcation'), new BifurcationView(this.model, trans)],
      ['fixed_points', trans.__('Fixed points'), new FixedPointsView(this.model, trans)],
      ['runs', trans.__('Runs'), new RunsView(this.model, trans)]
    ];
    for (const [view, label, widget] of this._views) {
      widget.id = `${BrainPyPanel.ID}-${view}`;
      widget.title.label = label;
      tabs.addPage(widget);
    }
    return tabs;
  }

  private _onTab(): void {
    const found = this._views.find(([, , widget]) => widget === this._tabs.current);
    if (found && !this._isOffering) {
      this.model.show(found[0]);
    }
  }

  private _onChanged(_: IPanelModel, part: Part): void {
    if (part === 'view') {
      this._showTab();
    } else if (part === 'state' || part === 'status' || part === 'notebook') {
      this._showBody();
    }
  }

  private _showTab(): void {
    const { views } = this.model;
    this._isOffering = true; // a bar that loses its current tab chooses another: the user has not
    this._tabs.offer(this._views.filter(([view]) => views.includes(view)).map(([, , widget]) => widget));
    const found = this._views.find(([view]) => view === this.model.view);
    this._tabs.current = found?.[2] ?? null;
    this._isOffering = false;
  }

  private _showBody(): void {
    const hasModel = this.model.status === 'connected' && (this.model.state?.current ?? null) !== null;
    this._header.setHidden(!hasModel);
    this._tabs.setHidden(!hasModel);
    this._guide.setHidden(hasModel);
    this._showTab();
  }

  private _tellVisible(): void {
    this.model.setVisible(this.isVisible && document.visibilityState === 'visible');
  }

  private readonly _header: Header;
  private readonly _alert: Alert;
  private readonly _status: StatusLine;
  private readonly _guide: Guide;
  private readonly _tabs: Tabs;
  private _views: [View, string, Widget][] = [];
  private _isOffering = false;
}

function describe(title: Title<Widget>, trans: TranslationBundle): void {
  title.label = trans.__('BrainPy Lab');
  title.caption = trans.__(
    'Step code, phase plane, bifurcation diagram, fixed points and runs of the active notebook’s models and networks'
  );
  title.icon = brainIcon;
  title.closable = true;
}
