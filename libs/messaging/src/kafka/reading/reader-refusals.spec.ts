/** Over brokers that are made up: what a reader does while partitions are refused, led by nobody, or brought by two brokers that contradict each other. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { MadeUpCluster } from '../../testing/made-up-cluster.ts';
import { from, reading } from '../../testing/made-up-reader.ts';

it('waits longer each time that a partition is refused', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  made.refusedPartitions.set(0, [-1, -1, -1]);
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const waits = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => void vi.restoreAllMocks());
  const { reader, came } = reading(made);
  reader.read(from(0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']), 5_000);
  const rests = waits.mock.calls.map(([, ms]) => ms).filter((ms) => [100, 200, 400].includes(ms!));
  expect(rests).toEqual([100, 200, 400]);
});

it('reads what is led while nobody leads another one, from the first look on', async () => {
  const made = new MadeUpCluster(1, -1);
  made.isConnected = false; // so that it takes a moment
  made.append(0, 'a');
  const { reader, came } = reading(made);
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
});

it('hands a record over once, though the broker before says meanwhile that it has none there', async () => {
  const made = new MadeUpCluster(1, 2);
  const late = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<boolean>();
  const onTheirWay: number[] = [];
  made.whileAnswering = async (nodeId) => {
    onTheirWay.push(nodeId);
    if (nodeId === 1) await late.promise;
  };
  const { reader, came, troubles } = reading(made, (_, [value]) =>
    value === 'a' ? taken.promise : Promise.resolve(true),
  );
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(made.fetches).toHaveLength(2));
  made.refusedPartitions.set(0, [1]); // it lies outside its log
  made.append(0, 'a');
  await vi.waitFor(() => expect(onTheirWay).toEqual([1]));
  made.leaders[0] = 2;
  await made.look();
  made.append(1, 'x');
  await vi.waitFor(() => expect(came.toSorted()).toEqual(['a of 0', 'x of 1']));
  late.resolve();
  await vi.waitFor(() => expect(troubles).toEqual([expect.objectContaining({ type: 'OFFSET_OUT_OF_RANGE' })]));
  taken.resolve(true);
  made.append(0, 'b');
  await vi.waitFor(() => {
    made.append(1, 'y'); // the next fetch takes it in again
    expect(came).toContain('b of 0');
  });
  expect(came.filter((one) => one.endsWith(' of 0'))).toEqual(['a of 0', 'b of 0']);
});

it('asks each broker in turns, though others are asked in between', async () => {
  const made = new MadeUpCluster(1, 1, 2, 2);
  const { reader, came } = reading(made);
  reader.read(from(0, 0, 0, 0));
  for (const value of ['a', 'b', 'c']) {
    made.append(0, value);
    made.append(2, value);
    await vi.waitFor(() => expect(came).toEqual(expect.arrayContaining([`${value} of 0`, `${value} of 2`])));
  }
  const first = new Set(made.fetches.map((fetch) => Number(/: (\d)@/.exec(fetch)![1])));
  expect(first).toEqual(new Set([0, 1, 2, 3]));
});

it('leaves a broker alone for as long as that one says, and closes meanwhile', async () => {
  const made = new MadeUpCluster(1);
  const findBroker = made.cluster.findBroker.bind(made.cluster);
  made.cluster.findBroker = async (of) => {
    const broker = await findBroker(of);
    return { ...broker, fetch: async (asked) => ({ ...(await broker.fetch(asked)), clientSideThrottleTime: 600_000 }) };
  };
  const waits = vi.spyOn(globalThis, 'setTimeout');
  onTestFinished(() => void vi.restoreAllMocks());
  made.append(0, 'a');
  const { reader, came } = reading(made);
  reader.read(from(0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  made.append(0, 'b');
  await vi.waitFor(() => expect(waits.mock.calls.map(([, ms]) => ms)).toContain(600_000));
  await reader.close();
  expect(made.fetches).toEqual(['1: 0@0']);
});

it('says of every partition that is refused why, and which it is', async () => {
  const made = new MadeUpCluster(1, 1);
  const [unavailable, fenced] = [56, 74];
  made.refusedPartitions.set(0, [unavailable]).set(1, [fenced]);
  made.append(0, 'a');
  const { reader, came, troubles } = reading(made);
  reader.read(from(0, 0));
  await vi.waitFor(() => expect(came).toEqual(['a of 0']));
  const [one, other] = (troubles as Error[]).map(({ message }) => message).toSorted();
  expect([one, other]).toEqual([expect.stringMatching(/^t\/0: .*disk/i), expect.stringMatching(/^t\/1: .*epoch/i)]);
});
