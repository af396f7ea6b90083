import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { diffLines, foldSame } from '../diff';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

const SIGNS = { same: ' ', removed: '\u2212', added: '+' } as const;

/** The text in the editor against the generated code, line by line. */
export class Changes extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['code', 'draft']);
    this.addClass('bpl-Changes');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Changes against the generated code'));
    this.node.tabIndex = 0;
  }

  protected override render(): React.ReactElement {
    const { code, draft } = this.model;
    if (!code || draft === code.generated) {
      return <p className="bpl-Hint">{this.trans.__('No change: this is the generated code.')}</p>;
    }
    const names = { same: '', removed: this.trans.__('removed:'), added: this.trans.__('added:') };
    return (
      <pre>
        {foldSame(diffLines(code.generated, draft)).map((line, i) =>
          line === null ? (
            <div key={i} className="bpl-Changes-gap" aria-hidden="true">
              ⋯
            </div>
          ) : (
            <div key={i} className={`bpl-Changes-line bpl-mod-${line.kind}`}>
              {names[line.kind] ? <span className="bpl-Unseen">{names[line.kind]} </span> : null}
              <span aria-hidden="true">{SIGNS[line.kind]} </span>
              {line.text}
            </div>
          )
        )}
      </pre>
    );
  }
}
