import { describe, expect, it } from 'vitest';
import type { Closable } from './closing.ts';
import { closeInTime, stopOnSignals, type HostProcess, type Stoppable } from './stop-on-signals.ts';

const stopping = 'Stopping: finishing what runs, up to 25 s. Ctrl-C again ends at once; nothing is lost.';

/** A process that only notes what is done to it. */
class FakeProcess implements HostProcess {
  readonly done: string[] = [];
  now = 0;
  private readonly handlers = new Map<string, () => void>();
  on(signal: string, handler: () => void): void {
    this.handlers.set(signal, handler);
  }
  say(line: string): void {
    this.done.push(line);
  }
  exit(code: number): void {
    this.done.push(`exit ${code}`);
  }
  readonly resources = ['Timeout', 'MessagePort', 'Timeout'];
  private readonly timers: { readonly at: number; readonly callback: () => void }[] = [];
  after(ms: number, callback: () => void): void {
    this.timers.push({ at: this.now + ms, callback });
  }
  pass(ms: number): void {
    this.now += ms;
    for (const { at, callback } of this.timers) if (at <= this.now) callback();
  }
  send(signal: 'SIGINT' | 'SIGTERM', at = this.now): void {
    this.now = at;
    this.handlers.get(signal)!();
  }
}

function serving(options: Partial<Stoppable> = {}, part: Partial<Closable> = {}) {
  const host = new FakeProcess();
  const closed = Promise.withResolvers<void>();
  const running = { close: () => closed.promise, closing: 'gateway > read model', ...part };
  const isStopping = stopOnSignals(
    { running: () => running, explain: (error) => `explained: ${(error as Error).message}`, ...options },
    host,
  );
  return { host, closed, isStopping };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s says at once that it stops, and ends with %d when that is done', async (signal, code) => {
    const { host, closed, isStopping } = serving();
    expect(isStopping()).toBe(false);
    host.send(signal);
    expect(isStopping()).toBe(true);
    expect(host.done).toEqual([stopping]);
    closed.resolve();
    await settled();
    expect(host.done).toEqual([stopping, `exit ${code}`]);
  });

  it('ends with what the work says, asked when the stop is done', async () => {
    let outcome = 1;
    const { host, closed } = serving({ exitCode: () => outcome });
    host.send('SIGINT');
    outcome = 0;
    closed.resolve();
    await settled();
    expect(host.done).toEqual([stopping, 'exit 0']);
  });

  it('ends the process at once when it comes again', () => {
    const { host } = serving();
    host.send('SIGINT', 0);
    host.send('SIGTERM', 700);
    expect(host.done).toEqual([stopping, 'exit 143']);
  });

  it('counts once when npm hands on the Ctrl-C that the terminal has sent already', () => {
    const { host } = serving();
    host.send('SIGINT', 0);
    host.send('SIGINT', 2);
    expect(host.done).toEqual([stopping]);
  });

  it('ends at once where nothing runs that had to be stopped', () => {
    const { host } = serving({ running: () => undefined });
    host.send('SIGINT');
    expect(host.done).toEqual(['Stopped; nothing is lost.', 'exit 130']);
  });

  it('tells last what becomes of what was asked', async () => {
    const elsewhere = serving({ running: () => undefined, farewell: () => 'It goes on.' });
    elsewhere.host.send('SIGINT');
    expect(elsewhere.host.done).toEqual(['It goes on.', 'exit 130']);
    const here = serving({ farewell: () => 'It is kept.' });
    here.host.send('SIGINT');
    here.closed.resolve();
    await settled();
    expect(here.host.done).toEqual([stopping, 'It is kept.', 'exit 130']);
  });

  it('tells nothing of what is done', async () => {
    const { host, closed } = serving({ farewell: () => 'It is kept.', exitCode: () => 0 });
    host.send('SIGINT');
    closed.resolve();
    await settled();
    expect(host.done).toEqual([stopping, 'exit 0']);
  });

  it('ends the process when the stop does not end, and says what held it up', () => {
    const { host } = serving();
    host.send('SIGTERM');
    host.pass(27_999);
    expect(host.done).toEqual([stopping]);
    host.pass(1);
    expect(host.done[1]).toMatch(
      /^Not everything ended in time: gateway > read model \(open: Timeout, MessagePort\)\./,
    );
    expect(host.done[2]).toBe('exit 1');
  });

  it('waits as long as what runs may take', () => {
    const { host } = serving({}, { drainMs: 60_000 });
    host.send('SIGTERM');
    host.pass(62_000);
    expect(host.done).toEqual([stopping.replace('25 s', '60 s')]);
  });

  it('says why a stop failed', async () => {
    const { host, closed } = serving();
    host.send('SIGINT');
    closed.reject(new Error('the disk is full'));
    await settled();
    expect(host.done).toEqual([stopping, 'explained: the disk is full', 'exit 1']);
  });
});

describe('a stop without a signal', () => {
  const part = (close: () => Promise<void>): Closable => ({ close, closing: 'gateway > streams' });

  it('that does not end ends the process, and says what held it up', () => {
    const host = new FakeProcess();
    void closeInTime(
      part(() => new Promise(() => {})),
      host,
    );
    host.pass(27_999);
    expect(host.done).toEqual([]);
    host.pass(1);
    expect(host.done[0]).toMatch(/^Not everything ended in time: gateway > streams/);
    expect(host.done[1]).toBe('exit 1');
  });

  it('that ends leaves the process alone, whether it failed or not', async () => {
    const host = new FakeProcess();
    await closeInTime(
      part(() => Promise.resolve()),
      host,
    );
    await expect(
      closeInTime(
        part(() => Promise.reject(new Error('full'))),
        host,
      ),
    ).rejects.toThrow('full');
    host.pass(100_000);
    expect(host.done).toEqual([]);
  });
});
