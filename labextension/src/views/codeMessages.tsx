import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Refusal } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** What there is to say about the step code: a refused edit, or code that changed under the user's hands. */
export class CodeMessages extends PartWidget {
  /** @param onGoTo - Moves the cursor to a line (from 1) and column (from 0). */
  constructor(
    model: IPanelModel,
    trans: TranslationBundle,
    private readonly _onGoTo: (line: number, column: number) => void
  ) {
    super(model, trans, ['code', 'draft', 'error', 'state', 'status']);
    this.addClass('bpl-Messages');
  }

  protected override render(): React.ReactElement {
    const error = this.model.error('code');
    return (
      <>
        <div role="alert">{error ? this._refusal(error) : null}</div>
        {this.model.isOutdated && !this.model.isApplying ? this._outdated() : null}
      </>
    );
  }

  private _refusal({ message, line, column }: Refusal): React.ReactElement {
    const [summary, ...detail] = message.split('\n');
    return (
      <div className="bpl-Message bpl-mod-error">
        <span className="bpl-Message-text">{summary}</span>
        {line === null ? null : (
          <button className="bpl-Link" onClick={() => this._onGoTo(line, column ?? 0)}>
            {this.trans.__('Go to line %1, column %2', line, (column ?? 0) + 1)}
          </button>
        )}
        {detail.length > 0 ? <pre className="bpl-Message-detail">{detail.join('\n')}</pre> : null}
      </div>
    );
  }

  private _outdated(): React.ReactElement {
    return (
      <div className="bpl-Message" role="status">
        <span className="bpl-Message-text">
          {this.trans.__('The code in force has changed since you began to type. Your text is still here.')}
        </span>
        <button className="bpl-Link" onClick={() => this.model.discard()}>
          {this.trans.__('Take the code in force')}
        </button>
      </div>
    );
  }
}
