import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort } from '@waybill/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram, type RunningProgram } from './support/running-program.ts';
import { scratchFolder } from './support/scratch.ts';

const stopping = 'Stopping: finishing what runs, up to 25 s. Ctrl-C again ends at once; nothing is lost.\n';
/** A step takes seconds, so that a signal finds it at work. */
const slowly = { SIMULATED_TOKENS_PER_SECOND: '60' };

const run = async (args: readonly string[], dataDir: string, env = slowly): Promise<RunningProgram> =>
  runProgram(args, { PORT: String(await freePort()), WAYBILL_DATA_DIR: dataDir, ...env });

/** A client that sends this and then keeps the connection open, whatever it is told. */
async function openConnection(port: number, request: string): Promise<void> {
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void client.destroy());
  client.resume().on('error', () => undefined);
  await once(client, 'connect');
  if (request !== '') await new Promise((resolve) => client.write(request, resolve));
}

describe('npm start -- --once', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'interrupted by %s before its task completed says that it stops and ends with %d',
    async (signal, code) => {
      const start = await run(['start', '--once'], scratchFolder());
      await start.hasSaid('analyzer   started');
      start.signal(signal);
      await start.hasSaid('Stopping');
      expect(await start.ended).toBe(code);
      expect(start.errors()).toBe(stopping);
    },
  );

  it('is ended at once by a second signal', async () => {
    const start = await run(['start', '--once'], scratchFolder(), { SIMULATED_TOKENS_PER_SECOND: '1' });
    await start.hasSaid('analyzer   started');
    start.signal('SIGINT');
    await start.hasSaid('Stopping');
    await new Promise((resolve) => setTimeout(resolve, 600)); // a Ctrl-C of its own, not the echo of the first
    const signalled = performance.now();
    start.signal('SIGINT');
    expect(await start.ended).toBe(130);
    expect(performance.now() - signalled).toBeLessThan(2_000);
  });
});

describe('npm start', () => {
  it('that stays up says that it stops and ends with 0, whatever its clients leave open', async () => {
    const start = await run(['start', '--no-sample'], scratchFolder());
    await start.hasSaid('Ctrl-C stops.');
    const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(start.printed())![1]);
    const requests = ['', 'GET /healthz HTTP/1.1\r\n', 'NO HTTP\r\n\r\n'];
    await Promise.all(requests.map((request) => openConnection(port, request)));
    start.signal('SIGINT');
    expect(await start.ended).toBe(0);
    expect(start.errors()).toBe(stopping);
  });

  it('stops politely although nobody reads any more, as `tee` does not after a Ctrl-C', async () => {
    const start = await run(['start', '--no-sample'], scratchFolder());
    await start.hasSaid('Ctrl-C stops.');
    start.hangUp();
    start.signal('SIGINT');
    expect(await start.ended).toBe(0);
  });

  it('interrupted while it reads the samples says nothing of a platform that does not answer', async () => {
    const start = await run(['start'], scratchFolder());
    await start.hasSaid('is ready');
    start.signal('SIGTERM');
    expect(await start.ended).toBe(0);
    expect(start.errors()).toBe(stopping);
  });
});

describe('waybill run', () => {
  it('with a platform of its own stops it politely when interrupted, and the task goes on when it is watched', async () => {
    const dataDir = scratchFolder();
    const asked = await run(['waybill', 'run', 'What is a consumer group?', '--docs', 'examples/documents'], dataDir);
    await asked.hasSaid('analyzer   started');
    asked.signal('SIGINT');
    await asked.hasSaid('Stopping');
    expect(await asked.ended).toBe(130);
    expect(asked.errors()).toContain(stopping);
    const told = /\nTask (\S+) is kept; npm run waybill -- watch \1 goes on with it\.\n$/.exec(asked.errors());
    expect(told).not.toBeNull();
    const watched = await run(['waybill', 'watch', told![1]!], dataDir);
    expect(await watched.ended).toBe(0);
    expect(watched.printed()).toContain('completed in');
  });
});
