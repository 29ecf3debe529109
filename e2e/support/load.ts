/**
 * Work for a platform that is killed meanwhile: tasks that are always running, each submitted with one key until it is accepted and followed over every
 * crash; and what has to hold of each of them afterwards.
 */
import { randomUUID } from 'node:crypto';
import { ApiError, type WaybillClient } from '@waybill/client';
import type { PlanEvent } from '@waybill/contracts';
import { expect } from 'vitest';

const step = (id: string, needs: string[]): object => ({
  agent: 'echo',
  needs,
  with: { step: id, of: '${{ input.id }}' },
});
const definition = {
  steps: { a: step('a', []), b: step('b', ['a']), c: step('c', ['a']), d: step('d', ['b', 'c']), e: step('e', ['d']) },
  output: '${{ steps.e.output.of }}',
} as never;

export interface Followed {
  readonly key: string;
  readonly taskId: string;
  readonly events: readonly PlanEvent[];
}

/** Keeps so many tasks running until it is stopped, spread over the addresses. */
export class Load {
  /** The current start: whoever lost its connection waits for it, and all return in the same moment. */
  up: Promise<void> = Promise.resolve();
  heard = 0;
  readonly ended: Promise<Followed[]>;
  private stopped = false;

  /** `before`: what each waits for before it submits. */
  constructor(
    clients: readonly WaybillClient[],
    running: number,
    private readonly before: () => Promise<void> = async () => {},
  ) {
    const lanes = Array.from({ length: running }, (_, nth) => this.lane(clients[nth % clients.length]!));
    this.ended = Promise.all(lanes).then((all) => all.flat());
  }

  stop(): void {
    this.stopped = true;
  }

  private async lane(client: WaybillClient): Promise<Followed[]> {
    const done: Followed[] = [];
    for (await this.before(); !this.stopped; await this.before()) done.push(await this.oneTask(client));
    return done;
  }

  private async oneTask(client: WaybillClient): Promise<Followed> {
    const key = randomUUID();
    const taskId = await this.submit(client, key);
    const events: PlanEvent[] = [];
    const again = (): Promise<boolean> => this.up.then(() => true);
    for await (const frame of client.follow(taskId, { again })) {
      if (frame.kind !== 'event') continue;
      events.push(frame.event);
      this.heard += 1;
    }
    return { key, taskId, events };
  }

  private async submit(client: WaybillClient, key: string): Promise<string> {
    for (;;) {
      try {
        return (await client.submit({ definition, input: { id: key } }, { idempotencyKey: key })).task_id;
      } catch (error) {
        const isBusy = error instanceof ApiError && error.problem.class === 'transient';
        if (!isBusy && !(error instanceof TypeError)) throw error; // a connection that broke, or "not just now"
        await this.up;
        await new Promise((resolve) => setTimeout(resolve, isBusy ? 100 : 0)); // as a client that is told to wait
      }
    }
  }
}

/** Every task that was followed is whole, and every address says the same of it. */
export async function checkAll(clients: readonly WaybillClient[], done: readonly Followed[]): Promise<void> {
  expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
  const left = [...done];
  const check = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop()) await checkTask(clients[left.length % clients.length]!, next);
  };
  await Promise.all(Array.from({ length: 32 }, check));
}

/** What was streamed is whole, and the platform says the same. */
async function checkTask(client: WaybillClient, { key, taskId, events }: Followed): Promise<void> {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter(({ type }) => type === 'TaskCompleted')).toHaveLength(1);
  expect(events.filter(({ type }) => type === 'StepCompleted')).toHaveLength(5);
  // Another address may have read the end a little later; once it has shown the end, its state says so too.
  const again: PlanEvent[] = [];
  for await (const frame of client.follow(taskId)) if (frame.kind === 'event') again.push(frame.event);
  expect(again).toEqual(events);
  expect((await client.task(taskId)).output).toBe(key);
  expect((await client.events(taskId)).events).toEqual(events);
}
