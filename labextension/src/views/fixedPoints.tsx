import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { formatEigenvalues, formatNumber } from '../numbers';
import type { FixedPointRow, FixedPoints } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';
import { IColumn, Table } from './table';

/** The Fixed points tab: a table of values, eigenvalues and kinds. */
export class FixedPointsView extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['fixed_points', 'state', 'status', 'error']);
    this.addClass('bpl-FixedPoints');
  }

  protected override render(): React.ReactElement {
    const { fixedPoints } = this.model;
    const error = this.model.error('fixed_points');
    return (
      <>
        <div role="status">
          {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
          {!error && !fixedPoints ? <p className="bpl-Hint">{this.trans.__('Looking for fixed points…')}</p> : null}
          {fixedPoints ? <p className="bpl-Hint">{this._count(fixedPoints)}</p> : null}
          {fixedPoints?.message ? <p className="bpl-Hint">{fixedPoints.message}</p> : null}
        </div>
        {fixedPoints && fixedPoints.rows.length > 0 ? this._table(fixedPoints) : null}
        {fixedPoints ? this._parameters(fixedPoints) : null}
      </>
    );
  }

  private _count({ rows }: FixedPoints): string {
    const stable = rows.filter(row => row.stable).length;
    return rows.length === 0
      ? this.trans.__('No fixed point in the box.')
      : this.trans._n('%1 fixed point, %2 stable', '%1 fixed points, %2 stable', rows.length, stable);
  }

  private _table({ states, rows }: FixedPoints): React.ReactElement {
    const columns: IColumn<FixedPointRow>[] = [
      ...states.map((state, i) => ({
        heading: <var>{state}</var>,
        isNumber: true,
        cell: ({ values }: FixedPointRow) => formatNumber(values[i] as number)
      })),
      {
        heading: this.trans.__('Eigenvalues'),
        isNumber: true,
        cell: row => formatEigenvalues(row.eigenvalues).map((text, i) => <div key={i}>{text}</div>)
      },
      { heading: this.trans.__('Kind'), cell: row => this._kind(row) }
    ];
    return <Table label={this.trans.__('Fixed points')} columns={columns} rows={rows} />;
  }

  private _kind({ stable, kind, note }: FixedPointRow): React.ReactElement {
    return (
      <>
        <span className={`bpl-Dot ${stable ? 'bpl-mod-stable' : 'bpl-mod-unstable'}`} aria-hidden="true" />
        {kind}
        {note ? <div className="bpl-Hint">{note}</div> : null}
      </>
    );
  }

  private _parameters({ parameters }: FixedPoints): React.ReactElement {
    const values = Object.entries(parameters).filter(([, value]) => value !== null);
    return (
      <dl className="bpl-Parameters" aria-label={this.trans.__('Parameters')}>
        {values.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{formatNumber(value as number)}</dd>
          </div>
        ))}
      </dl>
    );
  }
}
