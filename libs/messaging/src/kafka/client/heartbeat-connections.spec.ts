import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { separateHeartbeats, type ConnectionPool } from './heartbeat-connections.ts';

const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/network/connectionPool.js') as { readonly prototype: ConnectionPool };
const apiKeys = require('kafkajs/src/protocol/requests/apiKeys.js') as Record<string, number>;

it('sends heartbeats over the connection for fetches, and nothing else that a member asks', async () => {
  const pool = Object.create(Clients.prototype) as ConnectionPool;
  separateHeartbeats({ prototype: pool });
  pool.getConnection = async (index) => index;
  const indexOf = (api: string): Promise<unknown> =>
    pool.getConnectionByRequest({ request: { apiKey: apiKeys[api]! } });
  const others = [
    'JoinGroup',
    'SyncGroup',
    'LeaveGroup',
    'OffsetCommit',
    'OffsetFetch',
    'GroupCoordinator',
    'Metadata',
  ];
  expect(await Promise.all(others.map(indexOf))).toEqual(others.map(() => 0));
  expect(await Promise.all(['Heartbeat', 'Fetch'].map(indexOf))).toEqual([1, 1]);
});
