/** Over brokers that are made up: what is handed over while leaders move, connections break, and what is read changes. */
import { expect, it, vi } from 'vitest';
import { MadeUpCluster, refusal } from '../../testing/made-up-cluster.ts';
import { from, reading } from '../../testing/made-up-reader.ts';

it('reads each partition at its leader, from where it is told, and goes on', async () => {
  const made = new MadeUpCluster(1, 2);
  made.append(0, 'a', 'b');
  const { reader, came } = reading(made);
  reader.read(from(1, 0));
  await vi.waitFor(() => expect(came).toEqual(['b of 0']));
  made.append(1, 'x');
  made.append(0, 'c');
  await vi.waitFor(() => expect(came.toSorted()).toEqual(['b of 0', 'c of 0', 'x of 1']));
  expect(made.fetches).toEqual(expect.arrayContaining(['1: 0@1', '2: 1@0', '1: 0@2', '1: 0@3', '2: 1@1']));
});

it('hands over what was not taken again, and what comes after it later', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  let refusals = 2;
  const { reader, came } = reading(made, async () => (refusals -= 1) < 0);
  reader.read(from(0));
  await vi.waitFor(() => expect(refusals).toBe(-1));
  made.append(0, 'b');
  await vi.waitFor(() => expect(came).toEqual(['a of 0', 'a of 0', 'a of 0', 'b of 0']));
});

it('fetches no more before what came was handled', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { reader, came } = reading(made, () => promise);
  reader.read(from(0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  made.append(0, 'b');
  expect(made.fetches).toHaveLength(1);
  resolve(true);
  await vi.waitFor(() => expect(came).toEqual(['a of 0', 'b of 0']));
});

it('drops what a fetch brings that began before the partition was to be read from elsewhere, or no more', async () => {
  const made = new MadeUpCluster(1, 1);
  made.append(0, 'a', 'b');
  made.append(1, 'x');
  const { reader, came } = reading(made);
  const { promise, resolve } = Promise.withResolvers<void>();
  made.whileAnswering = () => promise;
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(made.fetches).toHaveLength(1));
  reader.read(from(1));
  reader.drop(from(undefined, 0));
  resolve();
  await vi.waitFor(() => expect(came).toEqual(['b of 0']));
});

it('follows a leader that moves, and looks until somebody leads', async () => {
  const made = new MadeUpCluster(1, -1, 1);
  const { reader, came, troubles } = reading(made);
  reader.read(from(0, 0, 0));
  await vi.waitFor(() => expect(troubles).toEqual([expect.objectContaining({ message: 'nobody leads t/1' })]));
  made.leaders[1] = 3;
  made.append(1, 'x');
  await vi.waitFor(() => expect(came).toEqual(['x of 1']));
  made.leaders[0] = 2;
  made.append(0, 'a');
  await vi.waitFor(() => expect(came).toEqual(['x of 1', 'a of 0']));
  expect(
    made.fetches
      .filter((fetch) => fetch.includes('0@'))
      .toSorted()
      .at(-1),
  ).toMatch(/^2: /);
});

it('hands a record over once, though two brokers bring it while its leader moves', async () => {
  const made = new MadeUpCluster(1, 2);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { reader, came } = reading(made, (_, [value]) => (value === 'a' ? promise : Promise.resolve(true)));
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(made.fetches).toHaveLength(2));
  made.append(0, 'a'); // from broker 1, and it takes long
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  made.leaders[0] = 2;
  await made.look();
  made.append(1, 'x');
  await vi.waitFor(() => expect(made.fetches.filter((fetch) => /^2: .*0@0/.test(fetch))).toHaveLength(1));
  resolve(true);
  made.append(0, 'b');
  await vi.waitFor(() => expect(came.toSorted()).toEqual(['a of 0', 'b of 0', 'x of 1']));
});

it('drops what the broker before brings late, when the one that leads now has brought it', async () => {
  const made = new MadeUpCluster(1, 2);
  const { promise, resolve } = Promise.withResolvers<void>();
  const onTheirWay: number[] = [];
  made.whileAnswering = async (nodeId) => {
    onTheirWay.push(nodeId);
    if (nodeId === 1) await promise;
  };
  const { reader, came } = reading(made);
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(made.fetches).toHaveLength(2));
  made.append(0, 'a');
  await vi.waitFor(() => expect(onTheirWay).toEqual([1]));
  made.leaders[0] = 2;
  await made.look();
  made.append(1, 'x');
  await vi.waitFor(() => expect(came.toSorted()).toEqual(['a of 0', 'x of 1']));
  resolve();
  made.append(0, 'b');
  await vi.waitFor(() => expect(came.toSorted()).toEqual(['a of 0', 'b of 0', 'x of 1']));
});

it('meets broken connections with another one, however often', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  made.refusals.set(1, [
    refusal('KafkaJSConnectionClosedError'),
    refusal('KafkaJSRequestTimeoutError', { retriable: false }),
    new TypeError('what the client did not expect'),
  ]);
  const { reader, came, troubles } = reading(made);
  reader.read(from(0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']), 5_000);
  expect(troubles).toHaveLength(3);
  expect(made.done).toEqual(['look', 'look', 'look', 'look']);
});

it('reads what else a broker leads while it refuses a partition, and that one as soon as it does not', async () => {
  const made = new MadeUpCluster(1, 1);
  const unavailable = 56; // its disk is away
  made.refusedPartitions.set(0, [unavailable, unavailable]);
  made.append(0, 'a');
  made.append(1, 'x');
  const { reader, came, troubles } = reading(made);
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(came).toEqual(['x of 1']));
  made.append(1, 'y');
  await vi.waitFor(() => expect(came).toEqual(['x of 1', 'y of 1']));
  // A look at the cluster later it is asked for again, with the next fetch.
  for (const looks of [2, 3]) {
    await vi.waitFor(() => expect(made.done.filter((one) => one === 'look')).toHaveLength(looks), 5_000);
    made.append(1, 'z');
  }
  await vi.waitFor(() => expect(came).toContain('a of 0'));
  expect(troubles).toEqual([1, 2].map(() => expect.objectContaining({ type: 'KAFKA_STORAGE_ERROR' })));
});

it('asks in turns for what is first in an answer', async () => {
  const made = new MadeUpCluster(1, 1, 1);
  for (const partition of [0, 1, 2]) made.append(partition, 'a');
  const { reader, came } = reading(made);
  reader.read(from(0, 0, 0));
  await vi.waitFor(() => expect(came).toHaveLength(3));
  for (const value of ['b', 'c']) {
    made.append(0, value);
    await vi.waitFor(() => expect(came).toContain(`${value} of 0`));
  }
  const first = made.fetches.map((fetch) => Number(/^1: (\d)@/.exec(fetch)![1]));
  expect(new Set(first.slice(0, 3))).toEqual(new Set([0, 1, 2]));
});

it('goes on where it is told to when what it reads is not there', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  const { reader, came, troubles } = reading(made);
  reader.read(from(7));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  expect(troubles).toEqual([]);
});

it('hands over nothing once it is closed, and waits for what is being handled', async () => {
  const made = new MadeUpCluster(1, 2);
  made.append(0, 'a');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const { reader, came } = reading(made, () => promise);
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  let isClosed = false;
  const closed = reader.close().then(() => (isClosed = true));
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  resolve(true);
  await closed;
  reader.read(from(0));
  await new Promise(setImmediate);
  expect(came).toEqual(['a of 0']);
});

it('hands over nothing that was on its way when it was closed', async () => {
  const made = new MadeUpCluster(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOnItsWay = false;
  made.whileAnswering = () => {
    isOnItsWay = true;
    return promise;
  };
  made.append(0, 'a');
  const { reader, came } = reading(made);
  reader.read(from(0));
  await vi.waitFor(() => expect(isOnItsWay).toBe(true));
  const closed = reader.close();
  resolve();
  await closed;
  expect(came).toEqual([]);
});
