/** What the contract of the log cannot show of a tail: it closes while its brokers are being reached, and its position is lost. */
import type { Kafka } from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MadeUpCluster } from '../testing/made-up-cluster.ts';
import { clusterOf } from './client/client-cluster.ts';
import type { Cluster } from './cluster.ts';
import { KafkaTail } from './kafka-tail.ts';

function tailOf(
  made: MadeUpCluster,
  from: ReadonlyMap<string, readonly number[]> | 'end' = 'end',
  take = async (): Promise<void> => {},
  expired = 0,
) {
  const came: string[] = [];
  const ended: KafkaTail[] = [];
  const bounds = made.leaders.map((_, partition) => ({ partition, low: `${expired}`, high: `${expired}` }));
  const admin = { fetchTopicOffsets: async () => bounds.filter(({ partition }) => made.leaders[partition]! >= 0) };
  const cluster = { ask: async (question: (of: object) => Promise<unknown>) => question(admin) } as unknown as Cluster;
  const onRecords = ({ records }: { records: readonly { value: unknown }[] }): Promise<void> => {
    came.push(...records.map(({ value }) => String(value)));
    return take();
  };
  const tail = new KafkaTail(
    { topics: ['t'], from, onRecords },
    {
      brokers: made.cluster,
      cluster,
      counts: [made.leaders.length],
      onTrouble() {},
      onEnd: (one) => void ended.push(one),
    },
  );
  return { tail, came, ended };
}

it('reads nothing when it ends while it connects, and leaves no connection', async () => {
  const made = new MadeUpCluster(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const connect = made.cluster.connect.bind(made.cluster);
  const connecting = vi.spyOn(made.cluster, 'connect').mockImplementation(() => promise.then(connect));
  const { tail } = tailOf(made);
  const started = tail.start();
  await vi.waitFor(() => expect(connecting).toHaveBeenCalledOnce());
  await tail.close();
  resolve();
  await started;
  expect(made.fetches).toEqual([]);
  expect(made.isConnected).toBe(false);
});

it('ends while it tells of what has expired once that is taken, and tells of no more', async () => {
  const made = new MadeUpCluster(1, 1);
  const taking = Promise.withResolvers<void>();
  const take = vi.fn<() => Promise<void>>(() => taking.promise);
  const { tail, ended } = tailOf(made, new Map(), take, 7);
  const started = tail.start();
  await vi.waitFor(() => expect(take).toHaveBeenCalledOnce());
  const closed = tail.close();
  await new Promise(setImmediate);
  expect(ended).toEqual([]);
  taking.resolve();
  await closed;
  await started;
  expect(take).toHaveBeenCalledOnce();
});

it('leaves no connection where it cannot begin', async () => {
  const made = new MadeUpCluster(1);
  vi.spyOn(made.cluster, 'addMultipleTargetTopics').mockRejectedValue(new Error('no such topic'));
  const { tail, ended } = tailOf(made);
  await expect(tail.start()).rejects.toThrow('no such topic');
  expect([made.isConnected, ended.length]).toEqual([false, 1]);
});

it('does not rest any more once it closes, however often what it read was not taken', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a');
  const taking = Promise.withResolvers<void>();
  const { tail, came } = tailOf(made, new Map([['t', [0]]]), () => taking.promise);
  await tail.start();
  await vi.waitFor(() => expect(came).toEqual(['a']));
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const closed = tail.close();
  taking.reject(new Error('the store is away'));
  await closed;
});

it('goes on with the oldest record where its position is not in the log', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a', 'b');
  const { tail, came } = tailOf(made, new Map([['t', [7]]]));
  await tail.start();
  await vi.waitFor(() => expect(came).toEqual(['a', 'b']));
  await tail.close();
});

it('begins with what is led while nobody leads another partition, and with that one as soon as somebody does', async () => {
  const made = new MadeUpCluster(1, -1);
  made.append(0, 'a');
  made.append(1, 'b');
  const { tail, came } = tailOf(made, new Map());
  await tail.start();
  await vi.waitFor(() => expect(came).toEqual(['a']));
  made.leaders[1] = 2;
  await vi.waitFor(() => expect(came).toEqual(['a', 'b']), 5_000);
  await tail.close();
});

it('does not begin at an end that nobody can tell: what is appended by then would be left out', async () => {
  const made = new MadeUpCluster(1, -1);
  const { tail } = tailOf(made);
  await expect(tail.start()).rejects.toThrow('nobody leads t/1');
});

it('says so when the client is another version of itself', () => {
  expect(() => clusterOf({} as Kafka)).toThrow('This version of kafkajs makes its clusters in another way.');
});
