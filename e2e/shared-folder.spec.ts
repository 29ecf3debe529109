/** Commands in several terminals on one data folder: the platform is the first one's, and whoever is still there when it ends brings the next. */
import { join } from 'node:path';
import { freePort } from '@waybill/testing';
import { expect, it } from 'vitest';
import { runProgram, type RunningProgram } from './support/running-program.ts';
import { scratchFolder } from './support/scratch.ts';

const question = 'How do consumer groups share partitions, and what happens when a member dies?';
const run = async (dataDir: string, tokensPerSecond: number, ...args: string[]): Promise<RunningProgram> =>
  runProgram(['waybill', ...args], {
    PORT: String(await freePort()),
    WAYBILL_DATA_DIR: dataDir,
    SIMULATED_TOKENS_PER_SECOND: String(tokensPerSecond),
  });
/** A step takes seconds on the first one's platform, so that the others are under way when it ends. */
const first = (dataDir: string): Promise<RunningProgram> =>
  run(dataDir, 40, 'run', question, '--docs', 'examples/documents');

async function expectWholeOnce(program: RunningProgram): Promise<void> {
  expect(await program.ended, `${program.printed()}\n${program.errors()}`).toBe(0);
  expect(program.printed()).toContain('completed in');
  const done = [...program.printed().matchAll(/^ {2}✓ (\w+)/gm)].map(([, step]) => step);
  expect(done).toEqual(['retriever', 'analyzer', 'writer']);
}

it('a command goes on with a platform of its own when the one that it used ends', async () => {
  const dataDir = scratchFolder();
  const owner = await first(dataDir);
  await owner.hasSaid('analyzer   started');
  const other = await run(dataDir, 1_000, 'run', question);
  await other.hasSaid('analyzer   started');
  const task = /^Task (\S+)/m.exec(owner.printed())![1]!;
  expect(await (await run(dataDir, 1_000, 'cancel', task)).ended).toBe(0);
  expect(await owner.ended).toBe(1);
  await expectWholeOnce(other);
  expect(other.errors()).toMatch(/^The platform that ran on the data folder has ended: .* goes on with its own\.$/m);
});

it('of several commands one brings the next platform and the others use it, also after a kill', async () => {
  const dataDir = scratchFolder();
  const owner = await first(dataDir);
  await owner.hasSaid('analyzer   started');
  const others = await Promise.all([1, 2].map(() => run(dataDir, 100, 'run', question)));
  await Promise.all(others.map((other) => other.hasSaid('analyzer   started')));
  owner.signal('SIGKILL');
  for (const other of others) await expectWholeOnce(other);
});

it('commands that start at the same moment share one platform, on a folder that they make', async () => {
  const dataDir = join(scratchFolder(), 'made', 'by', 'the first');
  const asked = await Promise.all([1, 2, 3].map(() => run(dataDir, 1_000, 'run', question)));
  for (const program of asked) await expectWholeOnce(program);
});
