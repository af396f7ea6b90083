import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ModelInfo } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** The top of the panel: which model, how it runs, and whether its code is edited. */
export class Header extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['state', 'status', 'notebook']);
    this.addClass('bpl-Header');
  }

  protected override render(): React.ReactElement {
    const { state } = this.model;
    const current = state?.models.find(({ name }) => name === state.current);
    return (
      <>
        <label className="bpl-Field">
          <span className="bpl-Field-label">{this.trans.__('Model')}</span>
          <select
            className="bpl-Select"
            value={state?.current ?? ''}
            disabled={!state || state.models.length === 0}
            onChange={event => this.model.select(event.target.value)}
          >
            {state?.models.length ? null : <option value="">{this.trans.__('none')}</option>}
            {state?.models.map(info => (
              <option key={info.name} value={info.name} title={info.title}>
                {info.name}
              </option>
            ))}
          </select>
        </label>
        {current ? this._summary(current) : null}
      </>
    );
  }

  private _summary(info: ModelInfo): React.ReactElement {
    return (
      <span className="bpl-Summary">
        <span
          className="bpl-Summary-states"
          title={info.kind === 'network' ? info.title : this.trans.__('State variables')}
        >
          {info.states.join(', ')}
        </span>
        {info.edited ? (
          <span className="bpl-Badge" title={this.trans.__('Runs use your edited step code')}>
            {this.trans.__('edited')}
          </span>
        ) : null}
      </span>
    );
  }
}
