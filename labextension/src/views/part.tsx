import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

import type { IPanelModel, Part } from '../tokens';

/** A React view of some parts of the model. It renders only while it can be seen. */
export abstract class PartWidget extends ReactWidget {
  constructor(
    protected readonly model: IPanelModel,
    protected readonly trans: TranslationBundle,
    private readonly _parts: readonly Part[]
  ) {
    super();
    model.changed.connect(this._onChanged, this);
  }

  override dispose(): void {
    this.model.changed.disconnect(this._onChanged, this);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  private _onChanged(_: IPanelModel, part: Part): void {
    if (this.isVisible && this._parts.includes(part)) {
      this.update();
    }
  }
}
