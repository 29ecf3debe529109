import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from './connect.ts';
import { connectOnce, type Connection } from './shared-connecting.ts';

const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/network/connection.js') as new (options: object) => Connection;
const logger: object = { namespace: () => logger, debug() {}, error() {}, warn() {} };

function connectionTo(port: number): Connection {
  const Own = class extends Clients {};
  connectOnce(Own);
  const options = { host: '127.0.0.1', port, logger, socketFactory: connect, connectionTimeout: 1_000 };
  const connection = new Own({ ...options, requestTimeout: 1_000 });
  onTestFinished(() => void connection.disconnect());
  return connection;
}

async function counting(port = 0): Promise<{ server: Server; port: number; count: () => number }> {
  let connections = 0;
  const server = createServer(() => void (connections += 1)).listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port, count: () => connections };
}

it('those who connect at the same time share one socket, and who comes later has it too', async () => {
  const { port, count } = await counting();
  const connection = connectionTo(port);
  await Promise.all([connection.connect(), connection.connect(), connection.connect()]);
  await connection.connect();
  await expect.poll(count).toBe(1);
  await connection.disconnect();
  await connection.connect();
  await expect.poll(count).toBe(2);
});

it('all of them are told that it failed, and the next one tries anew', async () => {
  const { server, port } = await counting();
  const connection = connectionTo(port);
  server.close();
  const settled = await Promise.allSettled([connection.connect(), connection.connect()]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const { count } = await counting(port);
  await connection.connect();
  await expect.poll(count).toBe(1);
});

it('nobody waits for one that was ended before it stood', async () => {
  const { port } = await counting();
  const connection = connectionTo(port);
  const first = connection.connect();
  await connection.disconnect();
  const second = connection.connect();
  expect(second).not.toBe(first);
  await Promise.allSettled([first, second]);
});
