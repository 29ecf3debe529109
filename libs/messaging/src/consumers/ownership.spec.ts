import { expect, it, onTestFinished } from 'vitest';
import { PlatformError } from '@waybill/contracts';
import { numbered, ownersInMemory, quiet, until, valuesOf } from '@waybill/testing';
import type { GroupMembership } from '../message-log.ts';

const topics = ['requests', 'results'];

function setup(partitions = 2) {
  const owners = ownersInMemory(topics, partitions);
  onTestFinished(() => owners.close());
  return owners;
}

it('takes the number anew after a rejected batch and a back-off, and goes on from there', async () => {
  const { clock, log, start } = setup(1);
  const delays: number[] = [];
  let failures = 3;
  const taken: number[] = [];
  const seen: unknown[] = [];
  await start({
    hooks: { onRetry: ({ delayMs }) => delays.push(delayMs) },
    take: (partition) => Promise.resolve(void taken.push(partition)).then(() => ({ requests: 0, results: 0 })),
    onBatch: ({ records }) => {
      if (failures-- > 0) return Promise.reject(new Error('store is down'));
      seen.push(...records.map(({ value }) => value));
      return Promise.resolve();
    },
  });
  await log.append(numbered('requests', 3));
  await until(() => delays.length === 1);
  await quiet();
  expect(taken).toHaveLength(1);
  await until(() => seen.length === 3, clock);
  expect(delays).toEqual([50, 100, 200]);
  expect(taken).toHaveLength(4);
  expect(seen).toEqual(['0', '1', '2']);
});

it('does not repeat a batch whose commit had taken place although it was reported as failed', async () => {
  const { clock, log, start } = setup(1);
  let isUnknown = true;
  const { batches, commit } = await start({
    onBatch: (batch) => {
      if (batch.records.length > 0) commit(batch);
      if (!isUnknown) return Promise.resolve();
      isUnknown = false;
      return Promise.reject(new Error('outcome unknown'));
    },
  });
  await log.append(numbered('requests', 3));
  await until(() => !isUnknown);
  await log.append(numbered('requests', 1, 1, 3));
  await until(() => valuesOf(batches).length === 4, clock);
  expect(valuesOf(batches)).toEqual(['0', '1', '2', '3']);
});

it('lets the log deliver again when the owner has to go back below what was delivered', async () => {
  const { clock, log, rows, start } = setup(1);
  let isRestored = false;
  const { batches, commit } = await start({
    onBatch: (batch) => {
      if (!isRestored && batch.records.some(({ value }) => value === '5')) {
        isRestored = true;
        rows.set(0, { ...rows.get(0)!, offsets: { requests: 1, results: 0 } }); // an old backup was played in
        return Promise.reject(new Error('store is down'));
      }
      return Promise.resolve(commit(batch));
    },
  });
  await log.append(numbered('requests', 5));
  await until(() => valuesOf(batches).length === 5);
  await log.append(numbered('requests', 1, 1, 5));
  await until(() => isRestored);
  clock.advance(1_000);
  await quiet();
  await log.append(numbered('requests', 1, 1, 6));
  await until(() => valuesOf(batches).at(-1) === '6', clock);
  expect(valuesOf(batches)).toEqual(['0', '1', '2', '3', '4', '1', '2', '3', '4', '5', '6']);
});

it("does not take a number back from its new owner before it can know that it is another's", async () => {
  const { clock, log, start } = setup(1);
  const delays: number[] = [];
  await start({
    hooks: { onRetry: ({ delayMs }) => delays.push(delayMs) },
    onBatch: () => Promise.reject(new PlatformError('fenced')),
  });
  await log.append(numbered('requests', 1));
  await until(() => delays.length === 2, clock);
  expect(delays).toEqual([10_000, 10_000]);
});

it('hands no later batch to a member whose number was revoked while its batch ran', async () => {
  const { clock, log, rows, start } = setup(1);
  const gate = Promise.withResolvers<void>();
  const zombieBatches: unknown[] = [];
  const zombie = await start({
    onBatch: async ({ records }) => {
      zombieBatches.push(records.length);
      await gate.promise;
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => zombieBatches.length === 1);
  await log.append(numbered('requests', 10, 1, 1));
  await quiet();
  const dropped = zombie.consumer.drop(0);
  rows.set(0, { epoch: 1, offsets: { requests: 0, results: 0 } });
  zombie.consumer.wake(0);
  gate.resolve();
  await dropped;
  await quiet();
  clock.advance(1_000);
  await quiet();
  expect(zombieBatches).toEqual([1]);
  expect(zombie.released).toEqual([0]);
});

it('leaves a number to its new owner when it was thrown out while its batch ran', async () => {
  const { clock, log, start } = setup(1);
  const memberships: GroupMembership[] = [];
  const join = log.join.bind(log);
  log.join = async (options) => {
    const membership = await join(options);
    memberships.push(membership);
    return membership;
  };
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const zombie = await start({
    onBatch: async (batch) => {
      begun += 1;
      await gate.promise;
      zombie.commit(batch);
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => begun === 1);
  await log.append(numbered('requests', 9, 1, 1));
  const heir = await start();
  await quiet();
  void log.expel(memberships[0]!);
  await until(() => valuesOf(heir.batches).length === 10);
  gate.resolve();
  await until(() => zombie.released.length === 1);
  clock.advance(60_000);
  await quiet();
  expect(begun).toBe(1);
  expect(zombie.batches).toEqual([]);
});

it('gives a number to another member once the running batch has settled, and the other goes on behind it', async () => {
  const { log, start } = setup(2);
  const first = await start();
  await log.append(numbered('requests', 100, 20));
  await until(() => valuesOf(first.batches).length === 100);
  const second = await start();
  await until(() => second.taken.length === 1);
  expect(first.released).toEqual(second.taken);
  await log.append(numbered('requests', 100, 20, 100));
  await until(() => valuesOf(first.batches).length + valuesOf(second.batches).length === 200);
  expect(new Set([...valuesOf(first.batches), ...valuesOf(second.batches)]).size).toBe(200);
});

it('takes a number again when taking it failed', async () => {
  const { clock, log, start } = setup(1);
  let failures = 2;
  const { batches } = await start({
    take: () => (failures-- > 0 ? Promise.reject(new Error('no store')) : Promise.resolve({ requests: 0, results: 0 })),
    onBatch: (batch) => Promise.resolve(void batches.push(batch)),
  });
  await log.append(numbered('requests', 1));
  await until(() => batches.length === 1, clock);
});

it('loses nothing of 10,000 records and keeps the order of each key, whatever fails and whoever comes and goes', async () => {
  const { clock, log, rows, start } = setup(4);
  let seed = 42;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  const applied = new Map<string, number[]>();
  let count = 0;
  const member = async () => {
    const started = await start({
      random,
      maxRecords: 100,
      onBatch: async (batch) => {
        if (random() < 0.1) throw new Error('store is down');
        if (random() < 0.3) await quiet(1);
        started.commit(batch);
        count += batch.records.length;
        for (const { key, value } of batch.records) applied.set(key, [...(applied.get(key) ?? []), Number(value)]);
        if (random() < 0.1) throw new Error('outcome unknown');
      },
    });
    return started;
  };
  const members = [await member(), await member()];
  for (let begin = 0; begin < 10_000; begin += 250) {
    await log.append(numbered(begin % 500 === 0 ? 'requests' : 'results', 250, 50, begin));
    await quiet(2);
    if (random() < 0.15) members.push(await member());
    if (random() < 0.15 && members.length > 1)
      await Promise.all([members.shift()!.consumer.close(), until(() => true, clock)]);
    clock.advance(20);
  }
  await until(() => count >= 10_000, clock, 100_000);
  await quiet();
  expect(count).toBe(10_000);
  expect(
    [...rows.values()].flatMap(({ offsets }) => Object.values(offsets)).reduce((sum, offset) => sum + offset, 0),
  ).toBe(10_000);
  for (const values of applied.values()) {
    for (const topic of [0, 1]) {
      const ofTopic = values.filter((value) => Math.floor(value / 250) % 2 === topic);
      expect(ofTopic).toEqual(ofTopic.toSorted((a, b) => a - b));
    }
  }
});
