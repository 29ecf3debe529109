import { expect, it, onTestFinished } from 'vitest';
import { PlatformError, type IncomingMessage } from '@waybill/contracts';
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import type { Retry } from './consumer-options.ts';
import type { DeadLetter } from './dead-letters.ts';
import { WorkQueueConsumer, type WorkQueueOptions } from './work-queue.consumer.ts';

const topics = ['tasks.a', 'tasks.b'];

/** Handlers wait until their value is let go, unless everything is free. */
function setup(partitions = 1) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions });
  const start = async (options: Partial<WorkQueueOptions> = {}) => {
    const begun: string[] = [];
    const dead: DeadLetter[] = [];
    const retries: Retry[] = [];
    const gates = new Map<string, () => void>();
    const consumer = new WorkQueueConsumer({
      log,
      clock,
      random: () => 0.5,
      group: 'agent-node',
      topics,
      handle: (message) => {
        begun.push(String(message.value));
        return new Promise((resolve) => gates.set(String(message.value), resolve));
      },
      onDeadLetter: (letter) => Promise.resolve(void dead.push(letter)),
      hooks: { onRetry: (retry) => retries.push(retry) },
      ...options,
    });
    onTestFinished(() => void consumer.close());
    await consumer.start();
    const finish = async (...values: number[]) => {
      for (const value of values) gates.get(String(value))!();
      await quiet(5);
      clock.advance(20); // the commit
      await quiet(5);
    };
    return { consumer, begun, dead, retries, finish };
  };
  return { clock, log, start };
}

const work = (count: number, topic = 'tasks.a', first = 0) =>
  Array.from({ length: count }, (_, index) => record(topic, `k${index}`, first + index));
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

it('runs no more than the bound at once, over all topics, and goes on as work finishes out of order', async () => {
  const { log, start } = setup(2);
  const { consumer, begun, finish } = await start({ maxInFlight: 4 });
  await log.append([...work(50), ...work(50, 'tasks.b', 50)]);
  await until(() => begun.length === 4);
  await quiet();
  expect(consumer.inFlight).toBe(4);
  await finish(Number(begun[2]));
  expect(begun).toHaveLength(5);
  await finish(...begun.filter((_, index) => index !== 2).map(Number));
  expect(begun.some((value) => Number(value) >= 50)).toBe(true);
});

it('delivers after a takeover what was running, and nothing that was finished above the prefix', async () => {
  const { clock, log, start } = setup();
  await log.append(work(6));
  const first = await start({ drainMs: 1 });
  await until(() => first.begun.length === 6);
  await first.finish(0, 2, 3, 5);
  const closed = first.consumer.close();
  await quiet();
  clock.advance(1);
  await closed;
  const second = await start();
  await until(() => second.begun.length === 2);
  await quiet();
  expect(second.begun).toEqual(['1', '4']);
});

it('tries again what may pass, with full jitter and no sooner than asked', async () => {
  const { clock, log, start } = setup();
  let attempts = 0;
  const { retries, dead } = await start({
    handle: () => {
      attempts += 1;
      if (attempts === 2) throw new PlatformError('unavailable', { retryAfterMs: 7_000 });
      if (attempts < 4) throw new Error('who knows');
    },
  });
  await log.append(work(1));
  await until(() => attempts === 4, clock);
  expect(retries.map(({ delayMs }) => delayMs)).toEqual([100, 7_000, 400]);
  expect(dead).toEqual([]);
});

it('puts aside what will not pass, at once or when its attempts are used up, and goes on with the rest', async () => {
  const { clock, log, start } = setup();
  const attempts = new Map<string, number>();
  const done: string[] = [];
  const { dead, consumer } = await start({
    handle: ({ value }) => {
      attempts.set(String(value), (attempts.get(String(value)) ?? 0) + 1);
      if (value === '0') throw new PlatformError('invalid_request');
      if (value === '1') throw new PlatformError('model_failed');
      done.push(String(value));
    },
  });
  await log.append(work(4));
  await until(() => dead.length === 2, clock);
  expect(Object.fromEntries(attempts)).toEqual({ 0: 1, 1: 5, 2: 1, 3: 1 });
  expect(dead.map(({ attempts: count, failure }) => [count, failure.class])).toEqual([
    [1, 'invalid'],
    [5, 'transient'],
  ]);
  expect(dead[1]!.lastFailedAt).toBeGreaterThan(dead[1]!.firstFailedAt);
  expect(done).toEqual(['2', '3']);
  await until(() => consumer.positions[0]?.offset === 4);
});

it('does not count a record as finished before its dead letter is written', async () => {
  const { clock, log, start } = setup();
  let failures = 3;
  const { consumer } = await start({
    handle: () => Promise.reject(new PlatformError('invalid_request')),
    onDeadLetter: () => (failures-- > 0 ? Promise.reject(new Error('log is down')) : Promise.resolve()),
  });
  await log.append(work(1));
  await until(() => failures < 3);
  expect(consumer.positions[0]?.offset).toBe(0);
  await until(() => consumer.positions[0]?.offset === 1, clock);
});

it('lets a duplicate join what runs or has just run here', async () => {
  const { log, start } = setup();
  const { begun, consumer, finish } = await start();
  const once = record('tasks.a', 'k', 1, 'same');
  await log.append([once, once]);
  await until(() => begun.length === 1);
  await quiet();
  expect(consumer.positions[0]?.offset).toBe(0);
  await finish(1);
  await log.append([once]);
  await until(() => consumer.positions[0]?.offset === 3);
  expect(begun).toEqual(['1']);
});

it('leaves duplicates to a handler that is to recognise them itself', async () => {
  const { log, start } = setup();
  const { begun } = await start({ remembered: 0 });
  const once = record('tasks.a', 'k', 1, 'same');
  await log.append([once, once]);
  await until(() => begun.length === 2);
});

it('keeps records of one key in order when asked to', async () => {
  const { log, start } = setup();
  const { begun, finish } = await start({ orderedByKey: true });
  await log.append([record('tasks.a', 'x', 1), record('tasks.a', 'x', 2), record('tasks.a', 'y', 3)]);
  await until(() => begun.length === 2);
  await quiet();
  expect(begun).toEqual(['1', '3']);
  await finish(1);
  expect(begun).toEqual(['1', '3', '2']);
});

it('waits on close for what runs, commits it, and gives back what waits for another attempt', async () => {
  const { log, start } = setup();
  const gate = Promise.withResolvers<void>();
  const begun: unknown[] = [];
  const { consumer } = await start({
    maxInFlight: 2,
    handle: (message: IncomingMessage) => {
      begun.push(message.value);
      return message.value === '0' ? gate.promise : Promise.reject(new Error('who knows'));
    },
  });
  await log.append(work(5));
  await until(() => begun.length === 2);
  let isClosed = false;
  const closed = consumer.close().then(() => (isClosed = true));
  await quiet();
  expect(isClosed).toBe(false);
  gate.resolve();
  await closed;
  const next = await start();
  await until(() => next.begun.length === 4);
  expect(begun).toEqual(['0', '1']);
  expect(next.begun).toEqual(['1', '2', '3', '4']);
});

it('counts holes of the log as finished', async () => {
  const { log, start } = setup();
  log.leaveHole({ topic: 'tasks.a', partition: 0 });
  await log.append(work(1));
  log.leaveHole({ topic: 'tasks.a', partition: 0 });
  await log.append(work(1, 'tasks.a', 1));
  const { begun, consumer, finish } = await start();
  await until(() => begun.length === 2);
  await finish(0, 1);
  expect(consumer.positions[0]?.offset).toBe(4);
});

it('finishes every one of 10,000 records, whatever fails and whoever comes and goes', async () => {
  const { clock, log, start } = setup(4);
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const runs = new Map<string, number>();
  const dead: DeadLetter[] = [];
  const member = () =>
    start({
      random,
      drainMs: 5,
      handle: async ({ value }) => {
        if (random() < 0.3) await quiet(1);
        if (random() < 0.02) throw new Error('who knows');
        runs.set(String(value), (runs.get(String(value)) ?? 0) + 1);
      },
      onDeadLetter: (letter) => Promise.resolve(void dead.push(letter)),
    });
  const members = [await member(), await member()];
  for (let begin = 0; begin < 10_000; begin += 250) {
    await log.append(work(250, begin % 500 === 0 ? 'tasks.a' : 'tasks.b', begin));
    await quiet(1);
    if (random() < 0.2) members.push(await member());
    if (random() < 0.2 && members.length > 1) {
      let isOver = false;
      void members
        .shift()!
        .consumer.close()
        .then(() => (isOver = true));
      await until(() => isOver, clock);
    }
    clock.advance(20);
  }
  await until(() => runs.size + dead.length >= 10_000, clock, 100_000);
  expect(runs.size).toBe(10_000);
  const again = [...runs.values()].filter((count) => count > 1).length;
  expect(again).toBeLessThan(1_000);
  expect(times(10_000, String).every((value) => runs.has(value))).toBe(true);
});
