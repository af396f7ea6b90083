import type { NotebookPanel } from '@jupyterlab/notebook';
import { MimeModel } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Panel, Widget } from '@lumino/widgets';

import { nameControls } from './controlNames';

/** What the kernel half writes into the output of a model's cell: the id of its widgets; the picture stands beside it. */
export const VIEW_MIME = 'application/vnd.brainpy-lab.view+json';

const WIDGET_MIME = 'application/vnd.jupyter.widget-view+json';

/**
 * After a reload the widgets come back a while after the kernel: how often, and each how many milliseconds, to look.
 * Fifteen seconds in all; where they come later, the next change of the kernel's status shows them.
 */
const LOOKS = 60;
const PAUSE = 250;

/** The output of a model's cell: its widgets while they live in the kernel, else the picture that was saved. */
export class ViewOutput extends Panel implements IRenderMime.IRenderer {
  constructor(
    private readonly _notebook: NotebookPanel,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('bpl-Output');
    _notebook.sessionContext.kernelChanged.connect(this._onKernel, this);
    _notebook.sessionContext.statusChanged.connect(this._choose, this);
    this._observer.observe(this.node, { childList: true, subtree: true });
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    window.clearTimeout(this._timer);
    this._observer.disconnect();
    this._notebook.sessionContext.kernelChanged.disconnect(this._onKernel, this);
    this._notebook.sessionContext.statusChanged.disconnect(this._choose, this);
    super.dispose();
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this._model = model;
    this._look(LOOKS);
    await this._rendered;
  }

  private _onKernel(): void {
    this._look(LOOKS);
  }

  /** Choose, and choose again while the widgets may still come. */
  private _look(left: number): void {
    window.clearTimeout(this._timer);
    if (!this._choose() && left > 0 && !this.isDisposed) {
      this._timer = window.setTimeout(() => this._look(left - 1), PAUSE);
    }
  }

  /** Show the widgets if they live, and else the picture; whether they live. */
  private _choose(): boolean {
    if (!this._model || this.isDisposed) {
      return false;
    }
    const id = modelId(this._model.data[VIEW_MIME]);
    const kernel = this._notebook.sessionContext.session?.kernel;
    const lives = id !== null && this._model.trusted && Boolean(kernel && !kernel.isDisposed && kernel.hasComm(id));
    const picture = this._model.data['image/png'];
    const shown = lives ? `widget ${id}` : `picture ${typeof picture === 'string' ? picture.length : ''}`;
    if (shown !== this._shown) {
      this._shown = shown;
      for (const widget of [...this.widgets]) {
        widget.dispose();
      }
      if (lives) {
        this._showWidgets(id);
      } else {
        this.addWidget(this._picture(typeof picture === 'string' ? picture : null));
      }
    }
    return lives;
  }

  private _showWidgets(id: string): void {
    const renderer = this._notebook.content.rendermime.createRenderer(WIDGET_MIME);
    this.addWidget(renderer);
    const data = { [WIDGET_MIME]: { model_id: id, version_major: 2, version_minor: 0 } };
    this._rendered = renderer.renderModel(new MimeModel({ trusted: true, data }));
  }

  private _picture(png: string | null): Widget {
    const { _trans: trans } = this;
    const figure = document.createElement('figure');
    figure.className = 'bpl-Output-picture';
    const text = String(this._model?.data['text/plain'] ?? '');
    if (png !== null) {
      const image = document.createElement('img');
      image.src = `data:image/png;base64,${png}`;
      image.alt = trans.__('Equations, time courses and phase plane. %1', text);
      figure.append(image);
    } else {
      const plain = document.createElement('pre');
      plain.textContent = text;
      figure.append(plain);
    }
    const caption = document.createElement('figcaption');
    caption.textContent = trans.__('As it was saved. Run the cell for sliders and live pictures.');
    figure.append(caption);
    return new Widget({ node: figure });
  }

  private _model: IRenderMime.IMimeModel | null = null;
  private _shown = '';
  private _timer = 0;
  private _rendered: Promise<void> = Promise.resolve();
  private readonly _observer = new MutationObserver(() => nameControls(this.node));
}

function modelId(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null && 'model_id' in value ? value.model_id : null;
  return typeof id === 'string' ? id : null;
}
