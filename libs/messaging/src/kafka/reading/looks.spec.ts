/** Over the client's own cluster, which shares a look that is under way with whoever asks for one. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import '../client/client.ts';
import type { ClientCluster } from '../client/client-cluster.ts';
import { Looks } from './looks.ts';

const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/cluster/index.js') as new (options: object) => ClientCluster;
const logger: object = { namespace: () => logger, debug() {}, error() {}, info() {}, warn() {} };

it('looks anew where the last look does not end, and shares the next one that does', async () => {
  const never = new Promise<never>(() => {});
  let looks = 0;
  const brokerPool = {
    metadata: null as object | null,
    hasConnectedBrokers: () => true,
    refreshMetadata: async (topics: readonly string[]) => {
      if ((looks += 1) === 1) await never;
      brokerPool.metadata = { topicMetadata: topics.map((topic) => ({ topic, partitionMetadata: [] })) };
    },
  };
  const cluster = Object.assign(new Clients({ logger, brokers: [], retry: {} }), { brokerPool });
  const known = new Looks(cluster as unknown as ClientCluster, () => [], 20);
  known.know(['t']);
  await expect(known.look()).rejects.toThrow('within 20 ms');
  await Promise.all([known.look(), known.look()]);
  expect({ looks, last: known.last }).toMatchObject({ looks: 2, last: { topicMetadata: [{ topic: 't' }] } });
});

it('has not closed before a broker has come to be connected for which nobody waits any more', async () => {
  const connected = Promise.withResolvers<never>();
  const cluster = { brokerPool: {}, findBroker: () => connected.promise } as unknown as ClientCluster;
  const looks = new Looks(cluster, () => [], 20);
  await expect(looks.connected(1)).rejects.toThrow('within 20 ms');
  let isClosed = false;
  const closed = looks.close().then(() => (isClosed = true));
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  connected.reject(new Error('Connection ended'));
  await closed;
});
