import { CodeEditor, CodeEditorWrapper, IEditorServices } from '@jupyterlab/codeeditor';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Panel } from '@lumino/widgets';

import type { IPanelModel, Part } from '../tokens';
import { Changes } from './changes';
import { CodeControls } from './codeControls';
import { CodeMessages } from './codeMessages';
import { ErrorMarker } from './errorMark';

/** The Code tab: an editor on the step code in force. Typing stays here until Apply. */
export class CodeView extends Panel {
  constructor(model: IPanelModel, services: IEditorServices, trans: TranslationBundle) {
    super();
    this.addClass('bpl-Code');
    this._model = model;
    this._editor = createEditor(services);
    this._editor.addClass('bpl-Editor');
    this._marker = new ErrorMarker(this._editor.node);
    this._changes = new Changes(this._editor.node);
    this._editor.editor.injectExtension([this._marker.extension, this._changes.extension]);
    this._editor.node.querySelector('.cm-content')?.setAttribute('aria-label', trans.__('Step code'));
    this._controls = new CodeControls(model, trans);
    this._messages = new CodeMessages(model, trans, (line, column) => this._goTo(line, column));
    for (const widget of [this._controls, this._messages, this._editor]) {
      this.addWidget(widget);
    }
    this._controls.toggled.connect(this._compare, this);
    this._editor.editor.model.sharedModel.changed.connect(this._onTyped, this);
    model.changed.connect(this._onChanged, this);
    this._load();
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._model.changed.disconnect(this._onChanged, this);
    this._editor.editor.model.sharedModel.changed.disconnect(this._onTyped, this);
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this._editor.editor.focus();
  }

  private _onChanged(_: IPanelModel, part: Part): void {
    if (['code', 'state', 'status', 'notebook'].includes(part)) {
      this._load();
    }
    if (part === 'error' || part === 'code') {
      this._markError();
    }
  }

  /** Show the model's text, leaving cursor and history alone where it is the same. */
  private _load(): void {
    const { sharedModel } = this._editor.editor.model;
    this._editor.editor.setOption('readOnly', this._model.code === null);
    if (sharedModel.getSource() !== this._model.draft) {
      this._isLoading = true;
      sharedModel.setSource(this._model.draft);
      this._isLoading = false;
    }
    this._compare();
  }

  private _compare(): void {
    this._changes.show(this._controls.showsChanges ? (this._model.code?.generated ?? null) : null);
  }

  private _onTyped(): void {
    if (!this._isLoading) {
      this._model.setDraft(this._editor.editor.model.sharedModel.getSource());
    }
  }

  private _markError(): void {
    const error = this._model.error('code');
    const line = error?.line ?? null;
    if (!error || line === null) {
      this._marker.show(null);
      return;
    }
    const column = error.column ?? 0;
    this._marker.show({ line, column, message: error.message.split('\n', 1)[0] ?? '' });
    if (this.isVisible) {
      this._goTo(line, column);
    }
  }

  private _goTo(line: number, column: number): void {
    const { editor } = this._editor;
    const position = { line: Math.min(line, editor.lineCount) - 1, column };
    editor.setCursorPosition(position);
    editor.revealPosition(position);
    editor.focus();
  }

  private readonly _model: IPanelModel;
  private readonly _editor: CodeEditorWrapper;
  private readonly _marker: ErrorMarker;
  private readonly _controls: CodeControls;
  private readonly _messages: CodeMessages;
  private readonly _changes: Changes;
  private _isLoading = false;
}

function createEditor(services: IEditorServices): CodeEditorWrapper {
  return new CodeEditorWrapper({
    factory: options => services.factoryService.newDocumentEditor(options),
    model: new CodeEditor.Model({ mimeType: 'text/x-python' }),
    editorOptions: { config: { lineNumbers: true, readOnly: true, lineWrap: false } }
  });
}
