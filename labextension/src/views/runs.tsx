import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { formatNumber } from '../numbers';
import type { RunInfo } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** The Runs tab: what runs and what ran, newest first, with progress and Cancel. */
export class RunsView extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['runs', 'state', 'status', 'error']);
    this.addClass('bpl-Runs');
  }

  protected override render(): React.ReactElement {
    const { runs } = this.model;
    const error = this.model.error('runs');
    return (
      <>
        <div role="status">
          {error ? <p className="bpl-Message bpl-mod-error">{error.message}</p> : null}
          {runs?.runs.length ? null : <p className="bpl-Hint">{this.trans.__('No run yet.')}</p>}
        </div>
        {runs?.runs.length ? (
          <ul className="bpl-RunList" aria-label={this.trans.__('Runs')}>
            {runs.runs.map(run => this._run(run))}
          </ul>
        ) : null}
      </>
    );
  }

  private _run(run: RunInfo): React.ReactElement {
    const isActive = run.status === 'waiting' || run.status === 'running';
    return (
      <li key={run.id} className="bpl-Run">
        <div className="bpl-Run-head">
          <span className="bpl-Run-model">{run.model}</span>
          <span className={`bpl-Chip bpl-mod-${run.status}`}>{this._status(run)}</span>
          {isActive || !this._isNetwork(run) ? null : (
            <button
              className="bpl-Button"
              aria-label={this.trans.__('Show the spikes of %1', run.model)}
              onClick={() => this._showSpikes(run)}
            >
              {this.trans.__('Spikes')}
            </button>
          )}
          {isActive ? (
            <button
              className="bpl-Button"
              aria-label={this.trans.__('Cancel the run of %1', run.model)}
              onClick={() => this.model.cancel(run.id)}
            >
              {this.trans.__('Cancel')}
            </button>
          ) : null}
        </div>
        {isActive ? (
          <progress
            className="bpl-Progress"
            max={1}
            value={run.progress}
            aria-label={this.trans.__('Progress of %1', run.model)}
          />
        ) : null}
        <div className="bpl-Run-detail">{this._detail(run)}</div>
      </li>
    );
  }

  private _isNetwork({ model, steps }: RunInfo): boolean {
    return steps !== null && this.model.state?.models.find(({ name }) => name === model)?.kind === 'network';
  }

  /** The Activity tab shows the latest run, and the list has no other. */
  private _showSpikes({ model }: RunInfo): void {
    this.model.select(model);
    this.model.show('activity');
  }

  private _status({ status }: RunInfo): string {
    switch (status) {
      case 'waiting':
        return this.trans.__('waiting');
      case 'running':
        return this.trans.__('running');
      case 'done':
        return this.trans.__('done');
      case 'cancelled':
        return this.trans.__('cancelled');
      case 'failed':
        return this.trans.__('failed');
    }
  }

  private _detail(run: RunInfo): string {
    const parts = [
      ...(run.cell ? [run.cell] : []),
      new Date(1000 * run.started).toLocaleTimeString(),
      this.trans.__('duration %1', formatNumber(run.duration))
    ];
    if (run.steps !== null) {
      parts.push(this.trans.__('%1 steps', run.steps.toLocaleString()));
    }
    if (run.outcome) {
      parts.push(run.outcome);
    }
    return parts.join(' · ');
  }
}
