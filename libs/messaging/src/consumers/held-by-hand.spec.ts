/** Consumers of a log whose every word the spec says itself. */
import { ManualClock, quiet, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import type {
  CommittedPosition,
  GroupOptions,
  MessageLog,
  Position,
  RecordBatch,
  TopicPartition,
} from '../message-log.ts';
import { OwnedPartitionConsumer } from './owned-partition.consumer.ts';
import type { PartitionBatch } from './partition-batch.ts';
import { ProjectionConsumer } from './projection.consumer.ts';

const place = { topic: 'events', partition: 0 };
const batchOf = (from: number, to: number, next = to): RecordBatch => {
  const offsets = Array.from({ length: to - from }, (_, index) => from + index);
  const records = offsets.map((offset) => ({ ...place, offset, key: 'k', headers: {}, value: null, timestamp: 0 }));
  return { ...place, records, nextOffset: next };
};

function byHand() {
  const clock = new ManualClock();
  const commits: CommittedPosition[] = [];
  const givenBack: TopicPartition[] = [];
  const paused = new Set<number>();
  let options: GroupOptions | undefined;
  const membership = {
    commit: (positions: readonly CommittedPosition[]) => Promise.resolve(void commits.push(...positions)),
    pause: (partitions: readonly TopicPartition[]) => partitions.forEach(({ partition }) => paused.add(partition)),
    resume: () => undefined,
    giveBack: (partitions: readonly TopicPartition[]) => void givenBack.push(...partitions),
    leave: () => Promise.resolve(),
  };
  const join = (given: GroupOptions) => {
    options = given;
    return Promise.resolve(membership);
  };
  const common = { log: { join } as unknown as MessageLog, clock, random: () => 0.5, group: 'g', topics: ['events'] };
  return { clock, commits, givenBack, paused, common, told: () => options! };
}

async function owner(options: { onBatch?: () => Promise<void>; take?: () => Promise<{ events: number }> } = {}) {
  const hand = byHand();
  const batches: PartitionBatch[] = [];
  const released: number[] = [];
  const consumer = new OwnedPartitionConsumer({
    ...hand.common,
    take: options.take ?? (() => Promise.resolve({ events: 0 })),
    onBatch: (batch) => {
      batches.push(batch);
      return options.onBatch?.() ?? Promise.resolve();
    },
    release: (partition) => Promise.resolve(void released.push(partition)),
  });
  onTestFinished(() => consumer.close());
  await consumer.start();
  return { ...hand, batches, released, consumer };
}

async function projection(options: { stored: () => number; onBatch?: () => Promise<void> }) {
  const hand = byHand();
  let applied = 0;
  const consumer = new ProjectionConsumer({
    ...hand.common,
    positions: () => Promise.resolve([{ ...place, offset: options.stored() }]),
    onBatch: () => {
      applied += 1;
      return options.onBatch?.() ?? Promise.resolve();
    },
  });
  onTestFinished(() => consumer.close());
  await consumer.start();
  await hand.told().onAssigned([place]);
  return { ...hand, consumer, applied: () => applied };
}

it('bothers no handler with a batch that only says where reading goes on, and goes on there', async () => {
  const { told, batches, consumer } = await owner();
  await told().onAssigned([place]);
  await told().onRecords(batchOf(0, 0, 7));
  await until(() => consumer.positions[0]!.offset === 7);
  expect(batches).toEqual([]);
  const read = await projection({ stored: () => 0 });
  await read.told().onRecords(batchOf(0, 0, 7));
  await read.consumer.waitFor('events', [7]);
  expect(read.applied()).toBe(0);
});

it('applies nothing from above what was stored: it gives the partition back', async () => {
  let stored = 3;
  const onBatch = () => Promise.reject(new Error('the database is down'));
  const { clock, told, givenBack, applied } = await projection({ stored: () => stored, onBatch });
  await told().onRecords(batchOf(3, 6));
  await until(() => applied() === 1);
  stored = 1;
  await until(() => givenBack.length === 1, clock);
  await quiet();
  clock.advance(60_000);
  await quiet();
  expect([givenBack, applied()]).toEqual([[{ ...place, offset: 1 }], 1]);
  expect(() => told().onRecords(batchOf(6, 7))).toThrow(/below what was delivered/);
});

it('believes no look at the positions of others that was under way when it got the partition itself', async () => {
  const hand = byHand();
  const look = Promise.withResolvers<readonly Position[]>();
  const answers = [look.promise, Promise.resolve([{ ...place, offset: 3 }])];
  const consumer = new ProjectionConsumer({
    ...hand.common,
    positions: () => answers.shift()!,
    onBatch: () => Promise.resolve(),
  });
  onTestFinished(() => consumer.close());
  await consumer.start();
  const waiting = consumer.waitFor('events', [6]);
  await hand.told().onAssigned([place]);
  await hand.told().onRecords(batchOf(3, 6));
  await waiting;
  look.resolve([{ ...place, offset: 3 }]);
  await quiet();
  expect(consumer.positions).toEqual([{ ...place, offset: 6 }]);
});

it('knows how far others came, though a batch of its own ends only after it got the partition back', async () => {
  let stored = 3;
  const running = Promise.withResolvers<void>();
  const { clock, told, consumer } = await projection({ stored: () => stored, onBatch: () => running.promise });
  await told().onRecords(batchOf(3, 6));
  await quiet();
  const revoked = told().onRevoked([place]);
  clock.advance(60_000);
  await revoked;
  stored = 9;
  await told().onAssigned([place]);
  running.resolve();
  await quiet();
  expect(consumer.positions).toEqual([{ ...place, offset: 9 }]);
});

it('decides nothing from above where its owner goes on: it gives the number back', async () => {
  let offset = 3;
  const take = () => Promise.resolve({ events: offset });
  const onBatch = () => Promise.reject(new Error('the store is down'));
  const { clock, told, givenBack, batches } = await owner({ take, onBatch });
  await told().onAssigned([place]);
  await told().onRecords(batchOf(3, 6));
  await until(() => batches.length === 1);
  offset = 1;
  await until(() => givenBack.length === 1, clock);
  clock.advance(60_000);
  await quiet();
  expect([givenBack, batches.length]).toEqual([[{ ...place, offset: 1 }], 1]);
  expect(() => told().onRecords(batchOf(6, 7))).toThrow(/below what was delivered/);
});

it('hands out a timer again whose batch was rejected', async () => {
  let failures = 1;
  const onBatch = () => (failures-- > 0 ? Promise.reject(new Error('the store is down')) : Promise.resolve());
  const { clock, told, batches, consumer } = await owner({ onBatch });
  await told().onAssigned([place]);
  consumer.wake(0);
  await until(() => batches.length === 2, clock);
  expect(batches.map(({ due }) => due)).toEqual([true, true]);
});

it('commits nothing of a number that was given up while its batch ran', async () => {
  const running = Promise.withResolvers<void>();
  const { clock, commits, told, batches, released } = await owner({ onBatch: () => running.promise });
  await told().onAssigned([place]);
  await told().onRecords(batchOf(0, 2));
  await until(() => batches.length === 1);
  const revoked = told().onRevoked([place]);
  running.resolve();
  await revoked;
  clock.advance(60_000);
  await quiet();
  expect([commits, released]).toEqual([[], [0]]);
});

it('releases nothing that it could not take', async () => {
  const taking = Promise.withResolvers<{ events: number }>();
  const { told, released, consumer } = await owner({ take: () => taking.promise });
  const assigned = told().onAssigned([place]);
  const dropped = consumer.drop(0);
  taking.reject(new Error('the store is down'));
  await expect(assigned).rejects.toThrow('the store is down');
  await dropped;
  expect(released).toEqual([]);
});

it('a projection that is full holds back a partition that it gets then', async () => {
  const { paused, common, told } = byHand();
  const gate = Promise.withResolvers<void>();
  const consumer = new ProjectionConsumer({
    ...common,
    maxRecords: 1,
    maxGathered: 2,
    positions: () => Promise.resolve([]),
    onBatch: () => gate.promise,
  });
  await consumer.start();
  await told().onAssigned([place]);
  await told().onRecords(batchOf(0, 5));
  const later = { ...place, partition: 1 };
  await told().onAssigned([later]);
  expect([...paused]).toEqual([0]);
  await told().onRecords({ ...batchOf(0, 1), ...later });
  expect([...paused]).toEqual([0, 1]);
  gate.resolve();
  await consumer.close();
});
