import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { formatNumber } from '../numbers';
import type { GroupInfo, Structure, SynapsesInfo } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** The Structure tab of a network: its groups, its synapses, and where their variables live. */
export class StructureView extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['structure', 'state', 'status', 'error']);
    this.addClass('bpl-Structure');
  }

  protected override render(): React.ReactElement {
    const { structure } = this.model;
    const error = this.model.error('structure');
    return (
      <>
        <div role="status">
          {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
          {!error && !structure ? <p className="bpl-Hint">{this.trans.__('Asking for the structure…')}</p> : null}
          {structure ? <p className="bpl-Hint">{this._summary(structure)}</p> : null}
        </div>
        {structure ? this._groups(structure.groups) : null}
        {structure && structure.synapses.length > 0 ? this._synapses(structure.synapses) : null}
      </>
    );
  }

  private _summary({ groups, synapses, memory }: Structure): string {
    const cells = groups.reduce((sum, group) => sum + group.cells, 0);
    const connections = synapses.reduce((sum, syn) => sum + syn.connections, 0);
    const said = [
      this.trans._n('%2 cell', '%2 cells', cells, cells.toLocaleString()),
      this.trans._n('%2 connection', '%2 connections', connections, connections.toLocaleString())
    ];
    return `${said.join(', ')}. ${memory}`;
  }

  private _groups(groups: GroupInfo[]): React.ReactElement {
    const { trans } = this;
    return (
      <div className="bpl-Scroll" role="region" aria-label={trans.__('Groups and sources')} tabIndex={0}>
        <table className="bpl-Table">
          <caption className="bpl-Table-caption">{trans.__('Groups and sources')}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col" className="bpl-Table-number">
                {trans.__('Cells')}
              </th>
              <th scope="col">{trans.__('Model')}</th>
              <th scope="col">{trans.__('States')}</th>
              <th scope="col">{trans.__('Method')}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map(group => (
              <tr key={group.name}>
                <th scope="row">{group.name}</th>
                <td className="bpl-Table-number">
                  {group.cells.toLocaleString()}
                  {group.shape.length > 1 ? ` (${group.shape.join(' × ')})` : null}
                </td>
                <td>{group.model ?? group.kind}</td>
                <td>{group.states.join(', ')}</td>
                <td>{group.method ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }

  private _synapses(synapses: SynapsesInfo[]): React.ReactElement {
    const { trans } = this;
    return (
      <div className="bpl-Scroll" role="region" aria-label={trans.__('Synapses')} tabIndex={0}>
        <table className="bpl-Table">
          <caption className="bpl-Table-caption">{trans.__('Synapses')}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col">{trans.__('From')}</th>
              <th scope="col">{trans.__('To')}</th>
              <th scope="col" className="bpl-Table-number">
                {trans.__('Connections')}
              </th>
              <th scope="col" className="bpl-Table-number">
                {trans.__('Delay')}
              </th>
              <th scope="col">{trans.__('Model')}</th>
            </tr>
          </thead>
          <tbody>{synapses.map(syn => this._row(syn))}</tbody>
        </table>
      </div>
    );
  }

  private _row(syn: SynapsesInfo): React.ReactElement {
    const [low, high] = syn.delay;
    return (
      <tr key={syn.name}>
        <th scope="row">{syn.name}</th>
        <td>{syn.pre}</td>
        <td>{syn.post}</td>
        <td className="bpl-Table-number">{syn.connections.toLocaleString()}</td>
        <td className="bpl-Table-number">
          {low === high ? formatNumber(low) : this.trans.__('%1 to %2', formatNumber(low), formatNumber(high))}
        </td>
        <td>
          {syn.model}
          {syn.notes.map((note, i) => (
            <div key={i} className="bpl-Hint">
              {note}
            </div>
          ))}
        </td>
      </tr>
    );
  }
}
