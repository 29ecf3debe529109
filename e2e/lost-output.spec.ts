/** What is printed cannot be written: the disk behind it is full, or who reads has gone. Then a stop is as clean as any other. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { freePort } from '@waybill/testing';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { runScript } from './support/run-script.ts';
import { bootstrap, scratchFolder } from './support/scratch.ts';

const question = ['waybill', 'run', 'What is a consumer group?', '--docs', 'examples/documents'];
const failed = /^waybill: What is printed cannot be written \(ENOSPC\)\.[^\n]*\n$/;

// A tree that is not built yet says so first.
beforeAll(() => runScript(bootstrap, ['waybill', '--help'], {}));

async function settings(dataDir: string): Promise<Record<string, string>> {
  return { AGENTIC_NO_LLM: '1', NO_COLOR: '1', WAYBILL_DATA_DIR: dataDir, PORT: String(await freePort()) };
}

async function runOnFullDisk(args: readonly string[], dataDir: string) {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const env = { ...process.env, ...(await settings(dataDir)) };
  const child = spawn(process.execPath, [bootstrap, ...args], { env, stdio: ['ignore', full, 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const errors = text(child.stderr!);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, errors: await errors };
}

/** What only a stop that was not clean leaves behind: nobody has the folder, and no file waits to be put in order. */
const leftBehind = (dataDir: string): string[] =>
  readdirSync(dataDir).filter((name) => name.endsWith('-wal') || name === 'running.json');

it.each([
  ['npm start -- --once', ['start', '--once']],
  ['waybill run', question],
])('%s says so in one line, stops cleanly and exits with 1', async (_, args) => {
  const dataDir = scratchFolder();
  const { code, errors } = await runOnFullDisk(args, dataDir);
  expect(errors).toMatch(failed);
  expect(code).toBe(1);
  expect(leftBehind(dataDir)).toEqual([]);
});

it.each([[['start', '--help']], [['waybill', '--help']], [['waybill', 'tasks']]])(
  '%j does not exit as if it had been read',
  async (args) => {
    const { code, errors } = await runOnFullDisk(args, scratchFolder());
    expect(errors).toMatch(failed);
    expect(code).toBe(1);
  },
);

it('waybill run whose reader goes stops cleanly and quietly, as programs in a pipe do', async () => {
  const dataDir = scratchFolder();
  // Slow enough that there is more to say when the reader has gone.
  const env = { ...process.env, ...(await settings(dataDir)), SIMULATED_TOKENS_PER_SECOND: '20' };
  const child = spawn(process.execPath, [bootstrap, ...question], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.once('data', () => child.stdout.destroy());
  const errors = text(child.stderr);
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, await errors]).toEqual([141, '']);
  expect(leftBehind(dataDir)).toEqual([]);
});
