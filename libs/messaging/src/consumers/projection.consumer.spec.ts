import { describe, expect, it, onTestFinished } from 'vitest';
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import type { Position, TopicPartition } from '../message-log.ts';
import { ProjectionConsumer, type ProjectionBatch, type ProjectionOptions } from './projection.consumer.ts';

/** One store for all members, as PostgreSQL is: rows and positions change together. */
class Store {
  readonly rows: string[] = [];
  readonly stored = new Map<string, Position>();

  positions(partitions: readonly TopicPartition[]): Promise<Position[]> {
    return Promise.resolve(
      partitions.flatMap(({ topic, partition }) => this.stored.get(`${topic}/${partition}`) ?? []),
    );
  }

  apply(batch: ProjectionBatch): void {
    this.rows.push(...batch.records.map(({ value }) => String(value)));
    for (const position of batch.positions) this.stored.set(`${position.topic}/${position.partition}`, position);
  }
}

function setup(partitions = 2) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions });
  const store = new Store();
  const start = async (options: Partial<ProjectionOptions> = {}) => {
    const consumer = new ProjectionConsumer({
      log,
      clock,
      random: () => 0.5,
      group: 'gateway.task-list',
      topics: ['events'],
      positions: (asked) => store.positions(asked),
      onBatch: (batch) => Promise.resolve(store.apply(batch)),
      ...options,
    });
    onTestFinished(() => void consumer.close());
    await consumer.start();
    return consumer;
  };
  return { clock, log, store, start };
}

const events = (count: number, first = 0) =>
  Array.from({ length: count }, (_, index) => record('events', `k${index % 10}`, first + index));

it('begins at the stored positions, and at the start of a partition that has none', async () => {
  const { log, store, start } = setup(2);
  await log.append(events(20));
  const [first] = await log.endOffsets('events');
  store.stored.set('events/0', { topic: 'events', partition: 0, offset: first! });
  await start();
  await until(() => store.rows.length === 20 - first!);
  await quiet();
  expect(store.rows).toHaveLength(20 - first!);
});

it('merges what gathers over all partitions into one batch', async () => {
  const { log, store, start } = setup(4);
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  await start({
    onBatch: async (batch) => {
      sizes.push(batch.records.length);
      if (sizes.length === 1) await gate.promise;
      store.apply(batch);
    },
  });
  await log.append(events(1));
  await until(() => sizes.length === 1);
  await log.append(events(100, 1));
  await quiet();
  gate.resolve();
  await until(() => store.rows.length === 101);
  expect(sizes).toEqual([1, 100]);
});

it('applies a rejected batch again, from the stored positions', async () => {
  const { clock, log, store, start } = setup(2);
  let calls = 0;
  await start({
    onBatch: (batch) => {
      calls += 1;
      if (calls === 1) return Promise.reject(new Error('database is down'));
      store.apply(batch);
      return calls === 2 ? Promise.reject(new Error('connection lost after the commit')) : Promise.resolve();
    },
  });
  await log.append(events(10));
  await until(() => calls === 2, clock);
  await log.append(events(5, 10));
  await until(() => store.rows.length === 15, clock);
  expect(new Set(store.rows).size).toBe(15);
});

it('tells who waits when everything below the end offsets was applied', async () => {
  const { log, store, start } = setup(2);
  const consumer = await start();
  await log.append(events(10));
  await consumer.waitFor('events', await log.endOffsets('events'));
  expect(store.rows).toHaveLength(10);
});

it('sees what another member applies', async () => {
  const { clock, log, store, start } = setup(2);
  const consumer = await start();
  const other = await start();
  await until(() => other.positions.length === 1);
  await log.append(events(10));
  let isApplied = false;
  void consumer.waitFor('events', await log.endOffsets('events')).then(() => (isApplied = true));
  await until(() => isApplied, clock);
  expect(store.rows).toHaveLength(10);
});

it('gives up waiting after the time-out', async () => {
  const { clock, log, start } = setup(1);
  const consumer = await start({ onBatch: () => Promise.reject(new Error('database is down')) });
  await log.append(events(1));
  const waiting = consumer.waitFor('events', [1], 500);
  clock.advance(500);
  await expect(waiting).rejects.toMatchObject({ code: 'timeout' });
});

it('finishes the running batch on close and begins nothing more', async () => {
  const { log, store, start } = setup(1);
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const consumer = await start({
    onBatch: async (batch) => {
      begun += 1;
      await gate.promise;
      store.apply(batch);
    },
  });
  await log.append(events(1));
  await until(() => begun === 1);
  await log.append(events(5, 1));
  await quiet();
  const closed = consumer.close();
  gate.resolve();
  await closed;
  expect(store.rows).toEqual(['0']);
});

describe('a projection that gathers', () => {
  const gathering = async () => {
    const made = setup(1);
    const sizes: number[] = [];
    const consumer = await made.start({
      gatherMs: 500,
      maxRecords: 8,
      onBatch: (batch) => {
        sizes.push(batch.records.length);
        made.store.apply(batch);
        return Promise.resolve();
      },
    });
    await made.log.append(events(1));
    await until(() => sizes.length === 1);
    await made.log.append(events(2, 1));
    await made.log.append(events(3, 3));
    await quiet();
    return { ...made, consumer, sizes };
  };

  it('begins at once and then waits between two batches', async () => {
    const { clock, sizes } = await gathering();
    expect(sizes).toEqual([1]);
    clock.advance(499);
    await quiet();
    expect(sizes).toEqual([1]);
    clock.advance(1);
    await until(() => sizes.length === 2);
    expect(sizes).toEqual([1, 5]);
  });

  it('hurries when somebody waits for what was not applied yet, and not for what was', async () => {
    const { log, consumer, sizes } = await gathering();
    await consumer.waitFor('events', [1]);
    await quiet();
    expect(sizes).toEqual([1]);
    await consumer.waitFor('events', await log.endOffsets('events'));
    expect(sizes).toEqual([1, 5]);
  });

  it('does not begin to gather while somebody waits', async () => {
    const { log, store, start } = setup(1);
    const gate = Promise.withResolvers<void>();
    const onBatch = (batch: ProjectionBatch) => gate.promise.then(() => store.apply(batch));
    const consumer = await start({ gatherMs: 500, maxRecords: 8, onBatch });
    await log.append(events(1));
    await quiet();
    let isReached = false;
    void consumer.waitFor('events', [3]).then(() => (isReached = true));
    await log.append(events(2, 1));
    gate.resolve();
    await until(() => isReached);
  });

  it('hurries when a whole batch has gathered', async () => {
    const { log, store, sizes } = await gathering();
    await log.append(events(20, 6));
    await until(() => store.rows.length === 25);
    await quiet();
    expect(sizes).toEqual([1, 8, 8, 8]);
  });

  it('is closed without waiting', async () => {
    const { clock, consumer, sizes } = await gathering();
    await consumer.close();
    expect([sizes, clock.nextInMs]).toEqual([[1], undefined]);
  });
});

it('applies each of 10,000 records once and in the order of its key, whatever fails and whoever comes and goes', async () => {
  const { clock, log, store, start } = setup(4);
  let seed = 99;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const byKey = new Map<string, number[]>();
  const member = () =>
    start({
      random,
      maxRecords: 150,
      onBatch: async (batch) => {
        if (random() < 0.1) throw new Error('database is down');
        if (random() < 0.3) await quiet(1);
        store.apply(batch);
        for (const { key, value } of batch.records) byKey.set(key, [...(byKey.get(key) ?? []), Number(value)]);
        if (random() < 0.1) throw new Error('connection lost after the commit');
      },
    });
  const members = [await member(), await member()];
  for (let begin = 0; begin < 10_000; begin += 250) {
    await log.append(events(250, begin));
    await quiet(1);
    if (random() < 0.2) members.push(await member());
    if (random() < 0.2 && members.length > 1) await members.shift()!.close();
    clock.advance(20);
  }
  await until(() => store.rows.length >= 10_000, clock, 100_000);
  expect(new Set(store.rows).size).toBe(10_000);
  expect(store.rows).toHaveLength(10_000);
  for (const values of byKey.values()) expect(values).toEqual(values.toSorted((a, b) => a - b));
});
