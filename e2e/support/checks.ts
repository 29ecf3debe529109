/** What has to hold of every task that was followed: what was streamed is whole, and every address says the same of it. */
import { onceASecond, type WaybillClient } from '@waybill/client';
import type { PlanEvent } from '@waybill/contracts';
import { expect } from 'vitest';
import { kinds, type Followed } from './load.ts';

const terminal = new Set<string>(['TaskCompleted', 'TaskFailed', 'TaskCancelled']);
const atOnce = 32;
const told = 6;

/** How far they are. */
export class Checks {
  lastTrouble: unknown = 'none';
  readonly left: Followed[];
  /** By the task, what is asked of it now, and where. */
  readonly asked = new Map<string, string>();

  constructor(readonly done: readonly Followed[]) {
    this.left = [...done];
  }

  describe(): string {
    const some = [...this.asked].slice(0, told).map((one) => one.join(' '));
    return `${this.left.length} of ${this.done.length} tasks are not looked at yet, ${this.asked.size} are being: ${some.join(', ')}; the last trouble: ${String(this.lastTrouble)}`;
  }
}

export async function checkAll(clients: readonly WaybillClient[], checks: Checks): Promise<void> {
  const { done, left } = checks;
  expect(new Set(done.map(({ taskId }) => taskId)).size).toBe(done.length);
  const some = async (): Promise<void> => {
    for (let next = left.pop(); next; next = left.pop())
      await checkTask(clients[left.length % clients.length]!, next, checks);
  };
  await Promise.all(Array.from({ length: atOnce }, some));
}

/** What was streamed is whole, and the platform says the same. */
async function checkTask(client: WaybillClient, followed: Followed, checks: Checks): Promise<void> {
  const { kind, key, taskId, events } = followed;
  const ask = (what: string): void => void checks.asked.set(taskId, `${what} at ${client.url}`);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const end = events.at(-1)!.type;
  expect(kinds[kind].ends).toContain(end);
  expect(events.filter(({ type }) => terminal.has(type))).toHaveLength(1);
  if (kind === 'steps') expect(events.filter(({ type }) => type === 'StepCompleted')).toHaveLength(5);
  // Another address may have read the end a little later; once it has shown the end, its state says so too.
  const again: PlanEvent[] = [];
  const goOn = (failures: number, trouble: unknown): Promise<boolean> => {
    checks.lastTrouble = trouble;
    ask(`its stream after ${again.length} events and ${failures} failures`);
    return onceASecond(failures);
  };
  ask('its stream');
  for await (const frame of client.follow(taskId, { again: goOn }))
    if (frame.kind === 'event') ask(`its stream after ${again.push(frame.event)} events`);
  expect(again).toEqual(events);
  ask('its state');
  if (end === 'TaskCompleted') expect((await client.task(taskId)).output).toBe(key);
  ask('its events');
  expect((await client.events(taskId)).events).toEqual(events);
  checks.asked.delete(taskId);
}
