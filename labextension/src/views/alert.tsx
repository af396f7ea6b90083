import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { OUTSIDE_PROTOCOL } from '../model';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** What went wrong with the panel as a whole. */
export class Alert extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['error', 'status', 'notebook']);
    this.addClass('bpl-Alert');
    this.node.setAttribute('role', 'alert');
  }

  protected override render(): React.ReactElement | null {
    const error = this.model.error(null);
    return error ? <p className="bpl-Message bpl-mod-error">{this._text(error.message)}</p> : null;
  }

  private _text(message: string): string {
    return message === OUTSIDE_PROTOCOL
      ? this.trans.__(
          'The kernel half is of another version. Install one version of brainpy-lab everywhere, restart the kernel, and reload this page.'
        )
      : message;
  }
}
