/** What the contract of the log cannot show of a tail: it closes while its brokers are being reached, and its position is lost. */
import type { Kafka } from 'kafkajs';
import { expect, it, vi } from 'vitest';
import { MadeUpCluster } from '../testing/made-up-cluster.ts';
import { clusterOf } from './client/client-cluster.ts';
import type { Cluster } from './cluster.ts';
import { KafkaTail } from './kafka-tail.ts';

function tailOf(made: MadeUpCluster, from: ReadonlyMap<string, readonly number[]> | 'end' = 'end') {
  const came: string[] = [];
  const bounds = made.leaders.map((_, partition) => ({ partition, low: '0', high: '0' }));
  const cluster = { ask: async () => bounds } as unknown as Cluster;
  const onRecords = ({ records }: { records: readonly { value: unknown }[] }): void =>
    void came.push(...records.map(({ value }) => String(value)));
  const tail = new KafkaTail(
    { topics: ['t'], from, onRecords },
    { brokers: made.cluster, cluster, onTrouble() {}, onEnd() {} },
  );
  return { tail, came };
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

it('goes on with the oldest record where its position is not in the log', async () => {
  const made = new MadeUpCluster(1);
  made.append(0, 'a', 'b');
  const { tail, came } = tailOf(made, new Map([['t', [7]]]));
  await tail.start();
  await vi.waitFor(() => expect(came).toEqual(['a', 'b']));
  await tail.close();
});

it('says so when the client is another version of itself', () => {
  expect(() => clusterOf({} as Kafka)).toThrow('This version of kafkajs makes its clusters in another way.');
});
