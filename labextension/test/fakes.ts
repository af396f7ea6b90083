import type { ISessionContext } from '@jupyterlab/apputils';
import { Signal } from '@lumino/signaling';

import type { KernelMessage, PanelMessage } from '../src/protocol';
import type { ILink, INotebook, LinkStatus } from '../src/tokens';

/** A link without a kernel: what is sent is kept, what arrives is said by the test. */
export class FakeLink implements ILink {
  status: LinkStatus = 'no-notebook';
  kernelId: string | null = 'kernel-1';
  isDisposed = false;
  readonly sent: PanelMessage[] = [];
  readonly statusChanged: Signal<ILink, LinkStatus> = new Signal<ILink, LinkStatus>(this);
  readonly received: Signal<ILink, KernelMessage> = new Signal<ILink, KernelMessage>(this);
  readonly malformed: Signal<ILink, unknown> = new Signal<ILink, unknown>(this);
  loads = 0;
  loadError: Error | null = null;

  dispose(): void {
    this.isDisposed = true;
    Signal.clearData(this);
  }

  follow(session: ISessionContext | null): void {
    this.go(session ? 'connecting' : 'no-notebook');
  }

  send(message: PanelMessage): void {
    this.sent.push(message);
  }

  reconnect(): void {
    this.go('connecting');
  }

  async loadMagics(): Promise<void> {
    this.loads++;
    if (this.loadError) {
      throw this.loadError;
    }
  }

  go(status: LinkStatus): void {
    this.status = status;
    this.statusChanged.emit(status);
  }

  say(...messages: KernelMessage[]): void {
    if (this.status !== 'connected') {
      this.go('connected');
    }
    messages.forEach(message => this.received.emit(message));
  }
}

export function fakeNotebook(id: string): INotebook {
  return {
    id,
    title: `${id}.ipynb`,
    renamed: new Signal<unknown, void>({}),
    sessionContext: {} as ISessionContext,
    rendermime: {} as INotebook['rendermime'],
    insertCell: () => undefined,
    countModelCells: () => 0,
    runModelCells: () => Promise.resolve()
  };
}

interface IFakeMessage {
  header: { msg_type: string };
  parent_header: { msg_id?: string };
  content: Record<string, unknown>;
}

/** A comm that keeps what was done with it. */
export class FakeComm {
  isDisposed = false;
  opened: unknown = null;
  isClosed = false;
  /** Settled when the kernel has read that the comm is closed. */
  read = Promise.resolve();
  readonly sent: unknown[] = [];
  onMsg: (message: { content: { data: unknown } }) => void = () => undefined;
  onClose: (message: unknown) => void = () => undefined;

  constructor(readonly subshellStarted?: Promise<void>) {}

  open(data: unknown): void {
    this.opened = data;
  }

  send(data: unknown): void {
    this.sent.push(data);
  }

  close(): { done: Promise<void> } {
    this.isClosed = true;
    this.onClose({});
    this.dispose();
    return { done: this.read };
  }

  dispose(): void {
    this.isDisposed = true;
  }

  /** The kernel sends data. */
  say(data: unknown): void {
    this.onMsg({ content: { data } });
  }
}

/** A kernel that makes fake comms. */
export class FakeKernel {
  isDisposed = false;
  status = 'idle';
  supportsSubshells = false;
  readonly comms: FakeComm[] = [];
  readonly executed: string[] = [];
  info = Promise.resolve({});
  reply: Record<string, unknown> = { status: 'ok' };
  subshellStarted: Promise<void> | undefined = undefined;

  constructor(readonly id: string) {}

  createComm(): FakeComm {
    const comm = new FakeComm(this.subshellStarted);
    this.comms.push(comm);
    return comm;
  }

  get comm(): FakeComm {
    const comm = this.comms.at(-1);
    if (!comm) {
      throw new Error('no comm was made');
    }
    return comm;
  }

  requestExecute({ code }: { code: string }): { done: Promise<{ content: Record<string, unknown> }> } {
    this.executed.push(code);
    return { done: Promise.resolve({ content: this.reply }) };
  }
}

/** The session of a notebook, with the signals that the link listens to. */
export class FakeSession {
  session: { kernel: FakeKernel | null } | null;
  readonly kernelChanged = new Signal<this, unknown>(this);
  readonly statusChanged = new Signal<this, string>(this);
  readonly connectionStatusChanged = new Signal<this, string>(this);
  readonly iopubMessage = new Signal<this, IFakeMessage>(this);

  constructor(kernel: FakeKernel | null) {
    this.session = kernel && { kernel };
  }

  get asContext(): ISessionContext {
    return this as unknown as ISessionContext;
  }

  setKernel(kernel: FakeKernel | null): void {
    this.session = kernel && { kernel };
    this.kernelChanged.emit(undefined);
  }

  setStatus(status: string): void {
    if (this.session?.kernel) {
      this.session.kernel.status = status;
    }
    this.statusChanged.emit(status);
  }

  /** A cell runs from its input to its end. */
  runCell(source: string, id = 'cell'): void {
    const parent_header = { msg_id: id };
    this.iopubMessage.emit({ header: { msg_type: 'execute_input' }, parent_header, content: { code: source } });
    this.iopubMessage.emit({ header: { msg_type: 'status' }, parent_header, content: { execution_state: 'idle' } });
  }
}
