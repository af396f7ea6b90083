import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage as Jupyter } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { isKernelMessage } from './guards';
import type { KernelMessage, PanelMessage } from './protocol';
import { COMM_TARGET, ILink, LinkStatus, LOAD_MAGICS } from './tokens';

/**
 * How long a hello waits for the kernel's second thread, in milliseconds: that starts at once, but where a cell holds
 * the interpreter. The hello then goes the ordinary way, behind that cell.
 */
const SUBSHELL_WAIT = 1000;

/** Kernels and comms of JupyterLab 4.4 and later; earlier ones lack these members. */
interface ISubshellComm extends Kernel.IComm {
  readonly subshellStarted?: Promise<void>;
}

/** Channel to the kernel half: one comm, opened anew whenever the kernel behind it is another one. */
export class KernelLink implements ILink {
  get status(): LinkStatus {
    return this._status;
  }

  get kernelId(): string | null {
    return this._kernel?.id ?? null;
  }

  get statusChanged(): ISignal<ILink, LinkStatus> {
    return this._statusChanged;
  }

  get received(): ISignal<ILink, KernelMessage> {
    return this._received;
  }

  get malformed(): ISignal<ILink, unknown> {
    return this._malformed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this.follow(null);
    this._isDisposed = true;
    Signal.clearData(this);
  }

  follow(session: ISessionContext | null): void {
    if (session === this._session) {
      return;
    }
    this._session?.kernelChanged.disconnect(this._onKernelChanged, this);
    this._session?.statusChanged.disconnect(this._onKernelStatus, this);
    this._session?.connectionStatusChanged.disconnect(this._onConnectionStatus, this);
    this._session?.iopubMessage.disconnect(this._onIOPub, this);
    this._session = session;
    session?.kernelChanged.connect(this._onKernelChanged, this);
    session?.statusChanged.connect(this._onKernelStatus, this);
    session?.connectionStatusChanged.connect(this._onConnectionStatus, this);
    session?.iopubMessage.connect(this._onIOPub, this);
    this.reconnect();
  }

  send(message: PanelMessage): void {
    if (this._status === 'connected' && this._comm && !this._comm.isDisposed) {
      this._comm.send({ ...message });
    }
  }

  reconnect(): void {
    this._hangUp();
    this._isStale = false;
    this._kernel = this._session?.session?.kernel ?? null;
    const kernel = this._kernel;
    if (!kernel || kernel.isDisposed || kernel.status === 'dead') {
      this._setStatus(this._session ? 'no-kernel' : 'no-notebook');
      return;
    }
    this._setStatus('connecting');
    this._hello(kernel).catch(reason => {
      console.warn('BrainPy Lab could not reach the kernel', reason);
    });
  }

  async loadMagics(): Promise<void> {
    const kernel = this._kernel;
    if (!kernel) {
      return;
    }
    const { content } = await kernel.requestExecute({ code: LOAD_MAGICS, store_history: false }).done;
    if (content.status === 'error') {
      throw new Error(`${content.ename}: ${content.evalue}`);
    }
    if (kernel === this._kernel && this._status === 'refused') {
      this.reconnect();
    }
  }

  /** Open a comm. Where the kernel has subshells it is answered even while a cell runs. */
  private async _hello(kernel: Kernel.IKernelConnection): Promise<void> {
    const comm: ISubshellComm = kernel.createComm(COMM_TARGET);
    this._comm = comm;
    comm.onMsg = message => this._onMessage(comm, message);
    comm.onClose = () => this._onClose(comm);
    await kernel.info;
    await inTime(threadStarted(kernel, comm), SUBSHELL_WAIT);
    if (this._comm === comm && !comm.isDisposed) {
      comm.open({ type: 'hello', protocol: 1 });
      this._isOpen = true;
    }
  }

  private _onMessage(comm: Kernel.IComm, message: Jupyter.ICommMsgMsg): void {
    if (comm !== this._comm) {
      return;
    }
    const data: unknown = message.content.data;
    if (!isKernelMessage(data)) {
      this._malformed.emit(data);
      return;
    }
    this._setStatus('connected');
    this._received.emit(data);
  }

  private _onClose(comm: Kernel.IComm): void {
    if (comm === this._comm) {
      this._comm = null;
      this._setStatus('refused');
    }
  }

  private _onKernelChanged(): void {
    this.reconnect();
  }

  private _onKernelStatus(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting') {
      this._comm = null;
      this._isStale = true;
      this._setStatus('restarting');
    } else if (status === 'dead') {
      this.reconnect();
    } else if (status === 'idle' && (this._isStale || this._status === 'no-kernel')) {
      this.reconnect();
    }
  }

  /** After the connection to the server was lost, messages may be missing. */
  private _onConnectionStatus(_: unknown, status: Kernel.ConnectionStatus): void {
    if (status === 'connected' && this._isCutOff) {
      this._isCutOff = false;
      this.reconnect();
    } else if (status !== 'connected' && this._status === 'connected') {
      this._isCutOff = true;
    }
  }

  /** A kernel that refused is asked again after a cell that may have loaded the magics. */
  private _onIOPub(_: unknown, message: Jupyter.IMessage): void {
    if (this._status !== 'refused') {
      return;
    }
    const parent = message.parent_header as Partial<Jupyter.IHeader>;
    if (message.header.msg_type === 'execute_input') {
      const { code } = (message as Jupyter.IExecuteInputMsg).content;
      this._hopeful = code.includes('brainpy') ? (parent.msg_id ?? null) : this._hopeful;
    } else if (message.header.msg_type === 'status' && this._hopeful !== null && parent.msg_id === this._hopeful) {
      if ((message as Jupyter.IStatusMsg).content.execution_state === 'idle') {
        this._hopeful = null;
        this.reconnect();
      }
    }
  }

  private _hangUp(): void {
    const { _comm: comm, _kernel: kernel, _isOpen: isOpen } = this;
    this._comm = null;
    this._isOpen = false;
    this._hopeful = null;
    if (comm && kernel) {
      void giveUp(kernel, comm, isOpen);
    }
  }

  private _setStatus(status: LinkStatus): void {
    if (status !== this._status) {
      this._status = status;
      this._statusChanged.emit(status);
    }
  }

  private _session: ISessionContext | null = null;
  private _kernel: Kernel.IKernelConnection | null = null;
  private _comm: ISubshellComm | null = null;
  private _status: LinkStatus = 'no-notebook';
  private _isOpen = false;
  private _isStale = false;
  private _isCutOff = false;
  private _hopeful: string | null = null;
  private _isDisposed = false;
  private readonly _statusChanged = new Signal<ILink, LinkStatus>(this);
  private readonly _received = new Signal<ILink, KernelMessage>(this);
  private readonly _malformed = new Signal<ILink, unknown>(this);
}

/** Resolves when the kernel has the thread that answers a comm, or has none for it. */
async function threadStarted(kernel: Kernel.IKernelConnection, comm: ISubshellComm): Promise<void> {
  if (kernel.supportsSubshells) {
    await comm.subshellStarted?.catch(() => undefined);
  }
}

/**
 * Give a comm up.
 *
 * Comms with one target share a thread, which JupyterLab ends with the last of them: also under one that is opened
 * while the thread is still starting. So a comm stays until its thread has started.
 */
async function giveUp(kernel: Kernel.IKernelConnection, comm: ISubshellComm, isOpen: boolean): Promise<void> {
  if (!kernel.isDisposed && kernel.status !== 'dead') {
    await kernel.info;
    await threadStarted(kernel, comm);
  }
  if (comm.isDisposed) {
    return;
  }
  if (isOpen && !kernel.isDisposed && kernel.status !== 'dead') {
    await closeHeard(kernel, comm);
  } else {
    comm.dispose();
  }
}

/**
 * Close a comm, and keep its thread until the kernel has read so.
 *
 * JupyterLab asks for the end of the thread in the same breath, and what a thread has not read at its end is lost: the
 * kernel would go on drawing for a panel that is gone. A second comm of the target, never opened, holds the thread.
 */
async function closeHeard(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
  const holder: ISubshellComm = kernel.createComm(COMM_TARGET);
  await threadStarted(kernel, holder);
  await comm.close().done.catch(() => undefined);
  holder.dispose();
}

async function inTime(promise: Promise<void>, wait: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>(resolve => {
    timer = setTimeout(resolve, wait);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
