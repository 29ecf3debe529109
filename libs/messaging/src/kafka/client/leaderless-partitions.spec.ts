/** Over the client's own pool of brokers: what a look at a cluster brings in which not everything is as it should be. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import './client.ts';
import { clusterOf } from './client-cluster.ts';

interface ClientsPool {
  readonly metadata: { readonly topicMetadata: readonly { readonly partitionMetadata: readonly object[] }[] } | null;
  connect(): Promise<void>;
  refreshMetadata(topics: readonly string[]): Promise<void>;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/cluster/brokerPool.js') as new (options: object) => ClientsPool;
const logger: object = { namespace: () => logger, debug() {}, error() {}, info() {} };
const place = { host: 'kafka', port: 9092 };
const [unknownTopic, leaderNotAvailable] = [3, 5];

const led = { partitionErrorCode: 0, partitionId: 0, leader: 2 };
const offline = { partitionErrorCode: leaderNotAvailable, partitionId: 1, leader: -1 };
const there = { topic: 't', topicErrorCode: 0, partitionMetadata: [led, offline] };
const gone = { topic: 'gone', topicErrorCode: unknownTopic, partitionMetadata: [] };

function poolThatIsTold(topicMetadata: readonly object[]): ClientsPool {
  const answers: Record<string, object> = {
    ApiVersions: { errorCode: 0, apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 6 }] },
    Metadata: { brokers: [{ nodeId: 1, ...place }], topicMetadata },
  };
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} };
  const build = async () => ({
    ...place,
    connectionTimeout: 1_000,
    isConnected: () => true,
    getConnection: async () => connection,
    setVersions: () => {},
    destroy: async () => {},
    send: async (of: { request: { apiName: string }; response: { parse: (data: object) => object } }) =>
      of.response.parse(answers[of.request.apiName]!),
  });
  const retry = { retries: 0 };
  return new Clients({ connectionPoolBuilder: { build }, logger, metadataMaxAge: 300_000, retry });
}

it('knows who leads the others while nobody leads a partition', async () => {
  const pool = poolThatIsTold([there]);
  await pool.connect();
  await pool.refreshMetadata(['t']);
  const [of] = pool.metadata!.topicMetadata;
  expect(of!.partitionMetadata).toEqual([led, offline].map((one) => ({ ...one, partitionErrorCode: 0 })));
});

it('is told that a topic is not there, except where that holds up appends and readers of others', async () => {
  const pool = poolThatIsTold([there, gone]);
  await pool.connect();
  await expect(pool.refreshMetadata(['t', 'gone'])).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' });
  const kafka = { [Symbol('of:createCluster')]: () => ({ brokerPool: pool, findBroker: async () => undefined }) };
  clusterOf(kafka as never);
  await pool.refreshMetadata(['t', 'gone']);
  expect(pool.metadata!.topicMetadata.map(({ partitionMetadata }) => partitionMetadata.length)).toEqual([2, 0]);
});
