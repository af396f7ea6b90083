import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { GroupInfo, Structure, SynapsesInfo } from '../protocol';
import type { IPanelModel } from '../tokens';
import { delayText, Drawing, signText } from './drawing';
import { PartWidget } from './part';
import { IColumn, Table } from './table';

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
        {structure ? <Drawing structure={structure} trans={this.trans} /> : null}
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
    const title = trans.__('Groups and sources');
    const sides = ({ shape }: GroupInfo): string => (shape.length > 1 ? ` (${shape.join(' × ')})` : '');
    const columns: IColumn<GroupInfo>[] = [
      { heading: trans.__('Cells'), isNumber: true, cell: group => group.cells.toLocaleString() + sides(group) },
      { heading: trans.__('Model'), cell: group => group.model ?? group.kind },
      { heading: trans.__('States'), cell: group => group.states.join(', ') },
      { heading: trans.__('Method'), cell: group => group.method ?? '' }
    ];
    const name = { heading: trans.__('Name'), of: (group: GroupInfo) => group.name };
    return <Table label={title} caption={title} columns={columns} rows={groups} name={name} />;
  }

  private _synapses(synapses: SynapsesInfo[]): React.ReactElement {
    const { trans } = this;
    const title = trans.__('Synapses');
    const columns: IColumn<SynapsesInfo>[] = [
      { heading: trans.__('From'), cell: syn => syn.pre },
      { heading: trans.__('To'), cell: syn => syn.post },
      { heading: trans.__('Connections'), isNumber: true, cell: syn => syn.connections.toLocaleString() },
      { heading: trans.__('Delay'), isNumber: true, cell: syn => delayText(syn.delay, trans) },
      { heading: trans.__('Model'), cell: syn => this._model(syn) }
    ];
    const name = { heading: trans.__('Name'), of: (syn: SynapsesInfo) => syn.name };
    return <Table label={title} caption={title} columns={columns} rows={synapses} name={name} />;
  }

  private _model({ model, sign, notes }: SynapsesInfo): React.ReactElement {
    const kind = signText(sign, this.trans);
    return (
      <>
        {kind && !model.toLowerCase().includes(kind) ? `${model}, ${kind}` : model}
        {notes.map((note, i) => (
          <div key={i} className="bpl-Hint">
            {note}
          </div>
        ))}
      </>
    );
  }
}
