/**
 * The whole process is killed at random moments with 200 tasks running, twenty times in a row.
 * Shown: every accepted task ends; its events count from 1 without a gap, read and streamed; each step is completed once; the record is sound.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { WaybillClient } from '@waybill/client';
import type { PlanEvent } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { bootstrap, platformIn, scratchFolder } from './support/scratch.ts';
import { runScript } from './support/run-script.ts';

const kills = 20;
const running = 200;

const step = (id: string, needs: string[]): object => ({
  agent: 'echo',
  needs,
  with: { step: id, of: '${{ input.id }}' },
});
const definition = {
  steps: { a: step('a', []), b: step('b', ['a']), c: step('c', ['a']), d: step('d', ['b', 'c']), e: step('e', ['d']) },
  output: '${{ steps.e.output.of }}',
} as never;

interface Followed {
  readonly key: string;
  readonly taskId: string;
  readonly events: readonly PlanEvent[];
}

it('loses nothing and applies nothing twice when it is killed twenty times', { timeout: 240_000 }, async () => {
  const dataDir = scratchFolder();
  const platform = await platformIn(dataDir);
  await platform.start();
  const client = new WaybillClient(platform.url);
  const done: Followed[] = [];
  let stop = false;
  const lanes = Array.from({ length: running }, async () => {
    while (!stop) done.push(await oneTask(client));
  });
  for (let kill = 0; kill < kills; kill += 1) {
    const before = done.length;
    await reached(() => done.length >= before + randomInt(1, running));
    await platform.end('SIGKILL');
    await platform.start();
  }
  stop = true;
  await Promise.all(lanes);

  expect(done.length).toBeGreaterThan(kills);
  const checks = [...done];
  const check = async (): Promise<void> => {
    for (let next = checks.pop(); next; next = checks.pop()) await checkTask(client, next);
  };
  await Promise.all(Array.from({ length: 32 }, check));
  expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
  await platform.end('SIGTERM');
  const verified = await runScript(bootstrap, ['waybill', 'verify'], { WAYBILL_DATA_DIR: dataDir });
  expect(verified.stdout).toMatch(/sound/);
  expect(verified.code).toBe(0);
});

/** What was streamed is whole, and the platform says the same. */
async function checkTask(client: WaybillClient, { key, taskId, events }: Followed): Promise<void> {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'TaskCompleted')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'StepCompleted')).toHaveLength(5);
  expect((await client.task(taskId)).output).toBe(key);
  expect((await client.events(taskId)).events).toEqual(events);
}

/** Submits until it is accepted (one key, so one task), then follows the stream over every crash. */
async function oneTask(client: WaybillClient): Promise<Followed> {
  const key = randomUUID();
  const { task_id: taskId } = await insist(() =>
    client.submit({ definition, input: { id: key } }, { idempotencyKey: key }),
  );
  const events: PlanEvent[] = [];
  for await (const frame of client.follow(taskId, { again: soon }))
    if (frame.kind === 'event') events.push(frame.event);
  return { key, taskId, events };
}

async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // only a connection that broke is tried again
      await soon();
    }
  }
}

const soon = async (): Promise<boolean> => {
  await new Promise((resolve) => setTimeout(resolve, 20)); // the platform is being started again
  return true;
};

async function reached(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}
