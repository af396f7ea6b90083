import { beforeEach, describe, expect, it, vi } from 'vitest';

import { KernelLink } from '../src/link';
import type { KernelMessage } from '../src/protocol';
import { FakeKernel, FakeSession } from './fakes';
import { state } from './samples';

const HELLO = { type: 'hello', protocol: 1 };

let kernel: FakeKernel;
let session: FakeSession;
let link: KernelLink;

beforeEach(() => {
  kernel = new FakeKernel('k1');
  session = new FakeSession(kernel);
  link = new KernelLink();
});

/** Let promises that are settled go on. */
async function settle(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 0));
}

async function connect(): Promise<void> {
  link.follow(session.asContext);
  await settle();
  kernel.comm.say(state(null));
}

describe('a link', () => {
  it('says hello and is connected by the first answer', async () => {
    expect(link.status).toBe('no-notebook');
    link.follow(session.asContext);
    expect(link.status).toBe('connecting');
    await settle();
    expect(kernel.comm.opened).toEqual(HELLO);
    kernel.comm.say(state(null));
    expect([link.status, link.kernelId]).toEqual(['connected', 'k1']);
  });

  it('hands on messages of the protocol, and no others', async () => {
    const received: KernelMessage[] = [];
    const malformed = vi.fn();
    link.received.connect((_, message) => received.push(message));
    link.malformed.connect(malformed);
    await connect();
    kernel.comm.say({ type: 'state', protocol: 2 });
    expect(received).toEqual([state(null)]);
    expect(malformed).toHaveBeenCalledOnce();
  });

  it('sends only while it is connected', async () => {
    link.follow(session.asContext);
    await settle();
    link.send({ type: 'show', view: 'code' });
    kernel.comm.say(state(null));
    link.send({ type: 'show', view: 'phase' });
    expect(kernel.comm.sent).toEqual([{ type: 'show', view: 'phase' }]);
  });

  it('waits for the second thread of the kernel', async () => {
    let start: () => void = () => undefined;
    kernel.supportsSubshells = true;
    kernel.subshellStarted = new Promise(resolve => (start = resolve));
    link.follow(session.asContext);
    await settle();
    expect(kernel.comm.opened).toBeNull();
    start();
    await settle();
    expect(kernel.comm.opened).toEqual(HELLO);
  });

  it('does not wait long for it', async () => {
    vi.useFakeTimers();
    try {
      kernel.supportsSubshells = true;
      kernel.subshellStarted = new Promise(() => undefined);
      link.follow(session.asContext);
      await vi.advanceTimersByTimeAsync(1001);
      expect(kernel.comm.opened).toEqual(HELLO);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps a comm that it gave up until the thread has started, which the next comm shares', async () => {
    let start: () => void = () => undefined;
    kernel.supportsSubshells = true;
    kernel.subshellStarted = new Promise(resolve => (start = resolve));
    link.follow(session.asContext);
    link.reconnect();
    await settle();
    const [first, second] = kernel.comms;
    expect([first?.isDisposed, second?.opened]).toEqual([false, null]);
    start();
    await settle();
    expect([first?.isDisposed, first?.isClosed, second?.opened]).toEqual([true, false, HELLO]);
  });

  it('gives a comm up at once where the kernel is gone', async () => {
    kernel.supportsSubshells = true;
    kernel.subshellStarted = new Promise(() => undefined);
    link.follow(session.asContext);
    kernel.status = 'dead';
    link.reconnect();
    await settle();
    expect([kernel.comm.isDisposed, link.status]).toEqual([true, 'no-kernel']);
  });

  it('has no kernel where the notebook has none', () => {
    link.follow(new FakeSession(null).asContext);
    expect(link.status).toBe('no-kernel');
  });
});

describe('a link that loses its kernel', () => {
  beforeEach(connect);

  it('says hello again after a restart', async () => {
    session.setStatus('restarting');
    expect(link.status).toBe('restarting');
    session.setStatus('starting');
    session.setStatus('idle');
    await settle();
    expect(kernel.comms).toHaveLength(2);
    expect(kernel.comm.opened).toEqual(HELLO);
    session.setStatus('busy');
    session.setStatus('idle');
    expect(kernel.comms).toHaveLength(2);
  });

  it('says hello to another kernel, and goodbye to the one before', async () => {
    const before = kernel.comm;
    const other = new FakeKernel('k2');
    session.setKernel(other);
    await settle();
    expect(before.isClosed).toBe(true);
    expect(other.comm.opened).toEqual(HELLO);
  });

  it('has none when it dies', () => {
    session.setStatus('dead');
    expect(link.status).toBe('no-kernel');
  });

  it('says hello again when the connection to the server is back', async () => {
    session.connectionStatusChanged.emit('connecting');
    session.connectionStatusChanged.emit('connected');
    await settle();
    expect(kernel.comms.filter(comm => comm.opened)).toHaveLength(2);
  });

  it('follows another notebook', async () => {
    const before = kernel.comm;
    const other = new FakeKernel('k2');
    link.follow(new FakeSession(other).asContext);
    await settle();
    session.setStatus('restarting');
    expect(before.isClosed).toBe(true);
    expect(link.status).toBe('connecting');
    expect(other.comm.opened).toEqual(HELLO);
  });

  it('closes its comm when it is disposed, and listens no more', async () => {
    const comm = kernel.comm;
    link.dispose();
    session.setStatus('restarting');
    session.setStatus('idle');
    await settle();
    expect(comm.isClosed).toBe(true);
    expect(kernel.comms.filter(other => other.opened)).toHaveLength(1);
  });

  it('holds the second thread until the kernel has read that the comm is closed', async () => {
    let read = (): void => undefined;
    kernel.comm.read = new Promise(resolve => (read = resolve));
    const comm = kernel.comm;
    link.dispose();
    await settle();
    const holder = kernel.comm;
    expect([comm.isDisposed, holder.opened, holder.isDisposed]).toEqual([true, null, false]);
    read();
    await settle();
    expect(holder.isDisposed).toBe(true);
  });
});

describe('a kernel without the magics', () => {
  beforeEach(async () => {
    link.follow(session.asContext);
    await settle();
    kernel.comm.onClose({});
  });

  it('refuses', () => {
    expect(link.status).toBe('refused');
  });

  it('is asked again after a cell that speaks of brainpy, and only then', async () => {
    session.runCell('x = 1');
    await settle();
    expect(kernel.comms).toHaveLength(1);
    session.runCell('%load_ext brainpy_lab');
    await settle();
    expect(kernel.comms).toHaveLength(2);
  });

  it('gets them by loadMagics', async () => {
    await link.loadMagics();
    await settle();
    expect(kernel.executed).toEqual(['%load_ext brainpy_lab']);
    expect(kernel.comms).toHaveLength(2);
  });

  it('says why it could not load them', async () => {
    kernel.reply = { status: 'error', ename: 'ModuleNotFoundError', evalue: 'brainpy_lab' };
    await expect(link.loadMagics()).rejects.toThrow('ModuleNotFoundError: brainpy_lab');
    expect(link.status).toBe('refused');
  });
});
