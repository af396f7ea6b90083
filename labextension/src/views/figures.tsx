import { MimeModel } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IRenderMime } from '@jupyterlab/rendermime';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';
import * as React from 'react';

import type { FigureTab } from '../pages';
import type { IPanelModel, Part } from '../tokens';
import { PartWidget } from './part';

const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';

/** How long a renderer may say nothing before it is made anew, in milliseconds: no figure takes so long. */
const PATIENCE = 2000;

/** A tab with a live widget of the kernel, drawn by the notebook's own renderers. */
abstract class FigureView extends Panel {
  constructor(
    model: IPanelModel,
    private readonly _part: FigureTab,
    label: string,
    message: PartWidget
  ) {
    super();
    this.addClass('bpl-Phase');
    this._model = model;
    this._figure = new Panel();
    this._figure.addClass('bpl-Phase-figure');
    this._figure.node.setAttribute('role', 'region');
    this._figure.node.setAttribute('aria-label', label);
    this.addWidget(message);
    this.addWidget(this._figure);
    model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._model.changed.disconnect(this._onChanged, this);
    this._clear();
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._draw();
  }

  private _onChanged(_: IPanelModel, part: Part): void {
    if (part === this._part || part === 'state' || part === 'status' || part === 'notebook') {
      this._draw();
    }
  }

  private _draw(): void {
    const id = this._model[this._part]?.model_id ?? null;
    if (id === this._shown) {
      return;
    }
    if (id === null) {
      this._clear();
    } else if (this.isVisible) {
      this._clear();
      this._shown = id;
      this._render(id, true);
    }
  }

  /** A renderer made before the widget manager was there stays silent: it is made once more after a while. */
  private _render(id: string, mayRetry: boolean): void {
    const { notebook } = this._model;
    if (!notebook) {
      return;
    }
    const renderer = notebook.rendermime.createRenderer(WIDGET_MIME);
    this._figure.addWidget(renderer);
    const data = { [WIDGET_MIME]: { model_id: id, version_major: 2, version_minor: 0 } };
    renderer.renderModel(new MimeModel({ trusted: true, data })).catch(reason => {
      console.warn('BrainPy Lab could not draw a figure', reason);
    });
    if (mayRetry) {
      this._timer = window.setTimeout(() => this._retry(id, renderer), PATIENCE);
    }
  }

  private _retry(id: string, renderer: IRenderMime.IRenderer): void {
    if (this._shown === id && !renderer.isDisposed && !renderer.node.querySelector('.jupyter-widgets')) {
      renderer.dispose();
      this._render(id, false);
    }
  }

  private _clear(): void {
    window.clearTimeout(this._timer);
    this._shown = null;
    for (const widget of [...this._figure.widgets]) {
      widget.dispose();
    }
  }

  private readonly _model: IPanelModel;
  private readonly _figure: Panel;
  private _shown: string | null = null;
  private _timer = 0;
}

/** The Phase plane tab. */
export class PhaseView extends FigureView {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, 'phase', trans.__('Phase plane'), new PhaseMessage(model, trans));
  }
}

/** The Bifurcation tab: the diagram, with what can be chosen for it. */
export class BifurcationView extends FigureView {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, 'bifurcation', trans.__('Bifurcation diagram'), new BifurcationMessage(model, trans));
  }
}

/** The Activity tab: raster and rates of a network. */
export class ActivityView extends FigureView {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, 'activity', trans.__('Activity'), new ActivityMessage(model, trans));
  }
}

/** Says why there is no phase plane, or that it is on its way. */
class PhaseMessage extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['phase', 'state', 'status', 'error']);
  }

  protected override render(): React.ReactElement {
    const error = this.model.error('phase');
    return (
      <div role="status">
        {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
        {!error && !this.model.phase ? <p className="bpl-Hint">{this.trans.__('Drawing the phase plane…')}</p> : null}
        {!error && this.model.phase?.model_id === null ? (
          <p className="bpl-Hint">
            {this.trans.__(
              'This model has no phase plane: its states would have to be numbers, and its rates to depend on them alone and not on their past.'
            )}
          </p>
        ) : null}
      </div>
    );
  }
}

/** Says why there is no diagram, or that it is on its way; what is said of the diagram itself stands beside it. */
class BifurcationMessage extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['bifurcation', 'state', 'status', 'error']);
  }

  protected override render(): React.ReactElement {
    const { bifurcation } = this.model;
    const error = this.model.error('bifurcation');
    return (
      <div role="status">
        {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
        {!error && !bifurcation ? (
          <p className="bpl-Hint">{this.trans.__('Drawing the bifurcation diagram…')}</p>
        ) : null}
        {!error && bifurcation?.model_id === null ? (
          <p className="bpl-Hint">
            {this.trans.__('This model has no parameter that is a single number, so nothing can be moved.')}
          </p>
        ) : null}
      </div>
    );
  }
}

/** Says that a network has not run, and how it is run. */
class ActivityMessage extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['activity', 'state', 'status', 'error']);
  }

  protected override render(): React.ReactElement {
    const { activity, state } = this.model;
    const error = this.model.error('activity');
    const name = state?.current ?? '';
    return (
      <div role="status">
        {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
        {!error && !activity ? <p className="bpl-Hint">{this.trans.__('Drawing the spikes…')}</p> : null}
        {!error && activity?.caption ? <p className="bpl-Hint">{activity.caption}</p> : null}
        {!error && activity?.model_id === null ? (
          <p className="bpl-Hint">
            {this.trans.__(
              'The network has not run: %1 in a cell runs it, %2 shows it with sliders.',
              `${name}.run(200)`,
              `${name}.interact()`
            )}
          </p>
        ) : null}
      </div>
    );
  }
}
