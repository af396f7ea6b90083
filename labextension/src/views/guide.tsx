import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { IPanelModel, LOAD_MAGICS } from '../tokens';
import { PartWidget } from './part';

/** A model cell to begin with. */
export const EXAMPLE = `%%brainpy_model FitzHughNagumo
I = 0.5 in [0, 2]        # input current
a = 0.7
b = 0.8
tau = 12.5
dV/dt = V - V**3/3 - w + I
dw/dt = (V + a - b*w) / tau
V(0) = -1
w(0) = 1`;

/** What to do when there is nothing to show yet. */
export class Guide extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['status', 'state', 'notebook']);
    this.addClass('bpl-Guide');
  }

  protected override render(): React.ReactElement {
    const { trans } = this;
    switch (this.model.status) {
      case 'no-notebook':
        return this._page(
          trans.__('No notebook is open'),
          trans.__('Open a notebook; the panel shows the models of its kernel.')
        );
      case 'no-kernel':
        return this._page(
          trans.__('This notebook has no kernel'),
          trans.__(
            'Choose the kernel “BrainPy Lab” in the Kernel menu, or click the name of the kernel above the notebook.'
          )
        );
      case 'connecting':
        return this._page(
          trans.__('Waiting for the kernel'),
          trans.__('It is starting, or busy with a cell. The panel fills as soon as the kernel answers.')
        );
      case 'restarting':
        return this._page(
          trans.__('The kernel is restarting'),
          trans.__('Models are gone with it: run their cells again.')
        );
      case 'refused':
        return this._refused();
      case 'connected':
        return this._noModel();
    }
  }

  private _refused(): React.ReactElement {
    const { trans } = this;
    return this._page(
      trans.__('BrainPy Lab is not loaded in this kernel'),
      trans.__('Load it here, or run this line in a cell. The kernel “BrainPy Lab” has it loaded from the start.'),
      <>
        <pre className="bpl-Example">{LOAD_MAGICS}</pre>
        <div className="bpl-Actions">
          <button className="bpl-Button bpl-mod-accept" onClick={() => void this.model.loadMagics()}>
            {trans.__('Load BrainPy Lab')}
          </button>
          <button className="bpl-Button" onClick={() => this.model.reconnect()}>
            {trans.__('Ask again')}
          </button>
        </div>
      </>
    );
  }

  private _noModel(): React.ReactElement {
    const { trans, model } = this;
    const cells = model.notebook?.countModelCells() ?? 0;
    if (cells > 0) {
      return this._page(
        trans.__('The models of this notebook have not been run'),
        trans._n('A cell defines a model. Run it:', '%1 cells define models. Run them:', cells),
        <div className="bpl-Actions">
          <button className="bpl-Button bpl-mod-accept" onClick={() => void model.notebook?.runModelCells()}>
            {trans._n('Run the model cell', 'Run the model cells', cells)}
          </button>
        </div>
      );
    }
    return this._page(
      trans.__('No model yet'),
      trans.__('Define one in a cell and run it. For example, a neuron in two variables:'),
      <>
        <pre className="bpl-Example" tabIndex={0} aria-label={trans.__('Example of a model cell')}>
          {EXAMPLE}
        </pre>
        <div className="bpl-Actions">
          <button className="bpl-Button bpl-mod-accept" onClick={() => model.notebook?.insertCell(EXAMPLE)}>
            {trans.__('Insert into the notebook')}
          </button>
          <button className="bpl-Button" onClick={() => void navigator.clipboard.writeText(EXAMPLE)}>
            {trans.__('Copy')}
          </button>
        </div>
      </>
    );
  }

  private _page(title: string, text: string, more?: React.ReactElement): React.ReactElement {
    return (
      <>
        <div role="status">
          <h2 className="bpl-Guide-title">{title}</h2>
          <p className="bpl-Guide-text">{text}</p>
        </div>
        {more}
      </>
    );
  }
}
