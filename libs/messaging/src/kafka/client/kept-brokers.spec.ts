import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { keepBrokers, type BrokerPool } from './kept-brokers.ts';

interface ClientsPool extends BrokerPool {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(topics: readonly string[]): Promise<void>;
  findBroker(of: { readonly nodeId: number }): Promise<{ connect(): Promise<void> }>;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/cluster/brokerPool.js') as new (options: object) => ClientsPool;
const logger: object = { namespace: () => logger, debug() {}, error() {}, info() {} };
const place = { host: 'kafka', port: 9092 };

/** A cluster of one broker, and the connections to it that are open. */
function cluster() {
  const Own = class extends Clients {};
  keepBrokers(Own);
  const open = new Set<object>();
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} };
  const answers: Record<string, object> = {
    ApiVersions: { apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 0 }] },
    Metadata: { brokers: [{ nodeId: 1, ...place }], topicMetadata: [] },
  };
  const build = async () => {
    const pool = {
      ...place,
      connectionTimeout: 1_000,
      isConnected: () => open.has(pool),
      getConnection: async () => {
        open.add(pool);
        return connection;
      },
      setVersions: () => {},
      send: async ({ request }: { request: { apiName: string } }) => answers[request.apiName],
      destroy: async () => void open.delete(pool),
    };
    return pool;
  };
  return { pool: new Own({ connectionPoolBuilder: { build }, logger, metadataMaxAge: 300_000 }), open };
}

it('who asked a broker before its connection was closed is disconnected with all others', async () => {
  const { pool, open } = cluster();
  await pool.connect();
  await pool.refreshMetadata([]);
  const coordinator = await pool.findBroker({ nodeId: 1 });
  open.clear();
  pool.removeBroker(place);
  expect(pool.metadataExpireAt).toBeNull();
  await pool.refreshMetadata([]);
  await coordinator.connect();
  await pool.disconnect();
  expect(open.size).toBe(0);
});
