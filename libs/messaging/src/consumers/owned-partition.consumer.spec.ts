import { expect, it, onTestFinished } from 'vitest';
import { numbered, ownersInMemory, quiet, until, valuesOf } from '@waybill/testing';

const topics = ['requests', 'results'];

function setup(partitions = 2) {
  const owners = ownersInMemory(topics, partitions);
  onTestFinished(() => owners.close());
  return owners;
}

it('asks where to begin before anything is handed out, and drops what lies below', async () => {
  const { log, rows, start } = setup(1);
  await log.append(numbered('requests', 5));
  rows.set(0, { epoch: 7, offsets: { requests: 3, results: 0 } });
  const { batches, epochs } = await start();
  await until(() => valuesOf(batches).length === 2);
  expect(epochs.get(0)).toBe(8);
  expect(valuesOf(batches)).toEqual(['3', '4']);
  expect(batches.at(-1)!.offsets).toEqual({ requests: 5, results: 0 });
});

it('hands out records of both topics of a number in one batch', async () => {
  const { log, start } = setup(1);
  await log.append([...numbered('requests', 2), ...numbered('results', 3)]);
  const { batches } = await start();
  await until(() => valuesOf(batches).length === 5);
  expect(batches.length).toBeLessThanOrEqual(2);
  expect(batches.at(-1)!.offsets).toEqual({ requests: 2, results: 3 });
});

it('gathers while a batch runs, and hands out at most the bound', async () => {
  const { log, start } = setup(1);
  const gate = Promise.withResolvers<void>();
  const sizes: number[] = [];
  await start({
    maxRecords: 60,
    onBatch: async ({ records }) => {
      sizes.push(records.length);
      await gate.promise;
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => sizes.length === 1);
  for (const message of numbered('requests', 100)) await log.append([message]);
  await quiet();
  expect(sizes).toEqual([1]);
  gate.resolve();
  await until(() => sizes.reduce((sum, size) => sum + size, 0) === 101);
  expect(sizes).toEqual([1, 60, 40]);
});

it('holds deliveries back when too much has gathered, and goes on when there is room', async () => {
  const { log, start } = setup(1);
  const gate = Promise.withResolvers<void>();
  let handled = 0;
  const { consumer } = await start({
    maxRecords: 50,
    maxGathered: 200,
    onBatch: async ({ records }) => {
      await gate.promise;
      handled += records.length;
    },
  });
  await log.append(numbered('requests', 5_000));
  await quiet();
  expect(handled).toBe(0);
  gate.resolve();
  await until(() => handled === 5_000);
  expect(consumer.positions.find(({ topic }) => topic === 'requests')?.offset).toBe(5_000);
});

it('runs an empty batch when it is woken, and none for a number that it does not hold', async () => {
  const { start } = setup(1);
  const { consumer, batches } = await start();
  await until(() => consumer.partitions.length === 1);
  consumer.wake(0);
  consumer.wake(5);
  await until(() => batches.length === 1);
  expect(batches[0]).toMatchObject({ partition: 0, records: [], due: true });
});

it('never runs two batches of a number at once', async () => {
  const { log, start } = setup(2);
  const running = new Map<number, number>();
  let most = 0;
  let handled = 0;
  const { consumer } = await start({
    maxRecords: 7,
    onBatch: async ({ partition, records }) => {
      running.set(partition, (running.get(partition) ?? 0) + 1);
      most = Math.max(most, running.get(partition)!);
      await quiet(1);
      consumer.wake(partition);
      running.set(partition, running.get(partition)! - 1);
      handled += records.length;
    },
  });
  await log.append([...numbered('requests', 200, 10), ...numbered('results', 200, 10)]);
  await until(() => handled === 400);
  expect(most).toBe(1);
});

it('finishes the running batch on close, commits it, releases and begins nothing more', async () => {
  const { log, start } = setup(1);
  const gate = Promise.withResolvers<void>();
  const begun: number[] = [];
  const { consumer, released } = await start({
    onBatch: async ({ records }) => {
      begun.push(records.length);
      await gate.promise;
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => begun.length === 1);
  await log.append(numbered('requests', 5));
  await quiet();
  const closed = consumer.close();
  await quiet();
  expect(released).toEqual([]);
  gate.resolve();
  await closed;
  expect(begun).toEqual([1]);
  expect(released).toEqual([0]);
  let committed: number | undefined;
  await log.join({
    group: 'owners',
    topics,
    coPartitioned: true,
    from: 'start',
    onAssigned: (claims) => {
      committed = claims.find(({ topic }) => topic === 'requests')?.committed?.offset;
      return Promise.resolve([]);
    },
    onRevoked: () => Promise.resolve(),
    onRecords: () => undefined,
  });
  await until(() => committed !== undefined);
  expect(committed).toBe(1);
});
