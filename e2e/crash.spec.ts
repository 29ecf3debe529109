/**
 * The whole process is killed at random moments with 200 tasks running, twenty times in a row.
 * Shown: every accepted task ends; its events count from 1 without a gap, read and streamed; each step is completed once; the record is sound.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { WaybillClient } from '@waybill/client';
import type { PlanEvent } from '@waybill/contracts';
import type { PlatformProcess } from '@waybill/testing';
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
  const load = new Load(new WaybillClient(platform.url));
  await Promise.race([load.ended, killOften(platform, load)]);
  load.stop();
  const done = await load.ended;

  expect(done.length).toBeGreaterThan(kills);
  const checks = [...done];
  const check = async (): Promise<void> => {
    for (let next = checks.pop(); next; next = checks.pop()) await checkTask(load.client, next);
  };
  await Promise.all(Array.from({ length: 32 }, check));
  expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
  await platform.end('SIGTERM');
  const verified = await runScript(bootstrap, ['waybill', 'verify'], { WAYBILL_DATA_DIR: dataDir });
  expect(verified.stdout).toMatch(/sound/);
  expect(verified.code).toBe(0);
});

/** A moment is a number of events that were heard: some steps or many tasks after the last start, and often before it was ready. */
async function killOften(platform: PlatformProcess, load: Load): Promise<void> {
  const restart = async (): Promise<void> => {
    await platform.end('SIGKILL');
    await platform.start('/healthz');
  };
  for (let kill = 0; kill < kills; kill += 1) {
    const moment = load.heard + randomInt(1, 1_000);
    while (load.heard < moment) {
      if (!platform.isRunning) throw new Error(`The platform ended by itself:\n${platform.output}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await (load.up = restart());
  }
}

/** Keeps 200 tasks running until it is stopped; each is submitted with one key until it is accepted, and followed over every crash. */
class Load {
  /** The current start: whoever lost its connection waits for it, and all return in the same moment. */
  up: Promise<void> = Promise.resolve();
  heard = 0;
  readonly ended: Promise<Followed[]>;
  private stopped = false;

  constructor(readonly client: WaybillClient) {
    this.ended = Promise.all(Array.from({ length: running }, () => this.lane())).then((lanes) => lanes.flat());
  }

  stop(): void {
    this.stopped = true;
  }

  private async lane(): Promise<Followed[]> {
    const done: Followed[] = [];
    while (!this.stopped) done.push(await this.oneTask());
    return done;
  }

  private async oneTask(): Promise<Followed> {
    const key = randomUUID();
    const taskId = await this.submit(key);
    const events: PlanEvent[] = [];
    const again = (): Promise<boolean> => this.up.then(() => true);
    for await (const frame of this.client.follow(taskId, { again })) {
      if (frame.kind !== 'event') continue;
      events.push(frame.event);
      this.heard += 1;
    }
    return { key, taskId, events };
  }

  private async submit(key: string): Promise<string> {
    for (;;) {
      try {
        return (await this.client.submit({ definition, input: { id: key } }, { idempotencyKey: key })).task_id;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // only a connection that broke is tried again
        await this.up;
      }
    }
  }
}

/** What was streamed is whole, and the platform says the same. */
async function checkTask(client: WaybillClient, { key, taskId, events }: Followed): Promise<void> {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'TaskCompleted')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'StepCompleted')).toHaveLength(5);
  expect((await client.task(taskId)).output).toBe(key);
  expect((await client.events(taskId)).events).toEqual(events);
}
