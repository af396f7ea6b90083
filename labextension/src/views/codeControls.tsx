import type { TranslationBundle } from '@jupyterlab/translation';
import { ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

import type { DriverInfo, MethodInfo } from '../protocol';
import type { IPanelModel } from '../tokens';
import { PartWidget } from './part';

/** Driver and method of the current model, and what can be done with its step code. */
export class CodeControls extends PartWidget {
  constructor(model: IPanelModel, trans: TranslationBundle) {
    super(model, trans, ['state', 'status', 'code', 'draft', 'error']);
    this.addClass('bpl-CodeControls');
  }

  /** Whether the comparison with the generated code is asked for. */
  get showsChanges(): boolean {
    return this._showsChanges;
  }

  get toggled(): ISignal<this, void> {
    return this._toggled;
  }

  protected override render(): React.ReactElement {
    const { model, trans } = this;
    const { state, code } = model;
    const current = state?.models.find(({ name }) => name === state.current);
    const differs = code !== null && model.draft !== code.generated;
    return (
      <>
        <div className="bpl-Fields">
          <Choice
            label={trans.__('Driver')}
            value={current?.backend ?? ''}
            options={(state?.drivers ?? []).map(driver => this._driverOption(driver))}
            onChange={backend => model.configure({ backend })}
          />
          {current?.kind === 'network' ? null : (
            <Choice
              label={trans.__('Method')}
              value={current?.method ?? ''}
              options={(state?.methods ?? []).map(method => this._methodOption(method))}
              onChange={method => model.configure({ method })}
            />
          )}
        </div>
        <div className="bpl-Actions" role="group" aria-label={trans.__('Step code')}>
          <button
            className="bpl-Button bpl-mod-accept"
            disabled={!model.isDirty || model.isApplying}
            title={trans.__('Use the code in the editor from the next run on (Shift+Enter)')}
            onClick={() => model.apply()}
          >
            {model.isApplying ? trans.__('Applying…') : trans.__('Apply')}
          </button>
          <button
            className="bpl-Button"
            disabled={!model.isDirty && !code?.edited}
            title={trans.__('Bring the generated code back')}
            onClick={() => model.revert()}
          >
            {trans.__('Revert')}
          </button>
          <button
            className="bpl-Button"
            aria-pressed={this._showsChanges}
            disabled={!differs && !this._showsChanges}
            title={trans.__('Compare with the generated code')}
            onClick={() => this._toggle()}
          >
            {trans.__('Changes')}
          </button>
        </div>
      </>
    );
  }

  private _driverOption(driver: DriverInfo): IOption {
    return {
      value: driver.name,
      text: driver.available ? driver.name : this.trans.__('%1 (not installed)', driver.name),
      title: driver.reason ?? driver.title
    };
  }

  private _methodOption(method: MethodInfo): IOption {
    const text = method.adaptive
      ? this.trans.__('%1 (adaptive, order %2)', method.name, method.order)
      : this.trans.__('%1 (order %2)', method.name, method.order);
    return { value: method.name, text, title: method.title };
  }

  private _toggle(): void {
    this._showsChanges = !this._showsChanges;
    this.update();
    this._toggled.emit();
  }

  private _showsChanges = false;
  private readonly _toggled = new Signal<this, void>(this);
}

interface IOption {
  value: string;
  text: string;
  title: string;
}

function Choice(props: {
  label: string;
  value: string;
  options: IOption[];
  onChange: (value: string) => void;
}): React.ReactElement {
  return (
    <label className="bpl-Field">
      <span className="bpl-Field-label">{props.label}</span>
      <select className="bpl-Select" value={props.value} onChange={event => props.onChange(event.target.value)}>
        {props.options.some(({ value }) => value === props.value) ? null : (
          <option value={props.value}>{props.value}</option>
        )}
        {props.options.map(({ value, text, title }) => (
          <option key={value} value={value} title={title}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
