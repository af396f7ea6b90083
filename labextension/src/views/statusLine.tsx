import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** The bottom line: what runs use, and whose models these are. Read aloud when it changes. */
export class StatusLine extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['status', 'state', 'notebook', 'code', 'draft']);
    this.addClass('bpl-StatusLine');
    this.node.setAttribute('role', 'status');
    this.node.setAttribute('aria-live', 'polite');
  }

  protected override render(): React.ReactElement {
    const { code, notebook } = this.model;
    return (
      <>
        <span className="bpl-StatusLine-text" title={code?.file ?? undefined}>
          {this._code()}
        </span>
        <span className="bpl-StatusLine-notebook" title={this.trans.__('The notebook this panel follows')}>
          {notebook?.title ?? ''}
        </span>
      </>
    );
  }

  private _code(): string {
    const { model, trans } = this;
    const info = model.state?.models.find(({ name }) => name === model.state?.current);
    if (!info) {
      return '';
    }
    if (model.isDirty) {
      return trans.__('Text not applied yet: Shift+Enter applies it');
    }
    if (info.kind === 'network') {
      return info.edited
        ? trans.__('Runs on %1 use your edited code', info.backend)
        : trans.__('Runs on %1 use the generated code', info.backend);
    }
    return info.edited
      ? trans.__('Runs use your edited code: %1, %2', info.backend, info.method)
      : trans.__('Runs use the generated code: %1, %2', info.backend, info.method);
  }
}
