import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { waitForHandshakes, type Broker } from './broker-handshake.ts';
import { Kafka, logLevel } from './client.ts';
import { connect } from './connect.ts';

const require = createRequire(import.meta.url);
const ClientsBroker = require('kafkajs/src/broker/index.js') as new (options: object) => Broker;

/** A broker of the client's whose connection stands; its first exchange is answered as it is told. */
function broker({ connectionTimeout = 1_000 } = {}) {
  const Own = class extends ClientsBroker {};
  waitForHandshakes(Own);
  const asked: PromiseWithResolvers<object>[] = [];
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} };
  const connectionPool = {
    connectionTimeout,
    pool: [{ socket: { destroy: (why: Error) => asked.at(-1)!.reject(why) } }],
    isConnected: () => true,
    getConnection: async () => connection,
    setVersions: () => {},
    send: () => {
      asked.push(Promise.withResolvers<object>());
      return asked.at(-1)!.promise;
    },
  };
  const made = new Own({ connectionPool, logger: { namespace: () => ({}) } });
  return { made, asked, connectionPool };
}
const versions = { apiVersions: [{ apiKey: 18, minVersion: 0, maxVersion: 2 }] };
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('counts as connected when it has answered once, and who comes meanwhile waits', async () => {
  const { made, asked } = broker();
  const both = [made.connect(), made.connect()];
  await turn();
  expect([asked.length, made.isConnected()]).toEqual([1, false]);
  asked[0]!.resolve(versions);
  await Promise.all(both);
  expect([asked.length, made.isConnected()]).toEqual([1, true]);
});

it('is asked again when the first exchange has failed, although its connection stands', async () => {
  const { made, asked } = broker();
  const failed = made.connect();
  await turn();
  asked[0]!.reject(new Error('timed out'));
  await expect(failed).rejects.toThrow('timed out');
  expect(made.isConnected()).toBe(false);
  const again = made.connect();
  await turn();
  asked[1]!.resolve(versions);
  await again;
  expect(made.isConnected()).toBe(true);
});

it('is asked anew with each connection', async () => {
  const { made, asked, connectionPool } = broker();
  const first = made.connect();
  await turn();
  asked[0]!.resolve(versions);
  await first;
  connectionPool.isConnected = () => false;
  const second = made.connect();
  await turn();
  connectionPool.isConnected = () => true;
  expect(made.isConnected()).toBe(false);
  asked[1]!.resolve(versions);
  await second;
  expect(made.isConnected()).toBe(true);
});

it('is not reached when it does not answer within three times the time for connecting', async () => {
  const { made } = broker({ connectionTimeout: 20 });
  await expect(made.connect()).rejects.toThrow('no first answer within 60 ms');
  expect(made.isConnected()).toBe(false);
});

it('is not reached either when the request is given up before that', async () => {
  const { made, asked } = broker();
  const failed = made.connect();
  await turn();
  asked[0]!.reject(Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError' }));
  await expect(failed).rejects.toMatchObject({ name: 'KafkaJSConnectionError', message: 'timed out' });
});

it('is left for the next one while it is frozen', async () => {
  const connections: string[] = [];
  const brokers: string[] = [];
  for (const name of ['frozen', 'next']) {
    const server = createServer((socket) => void (socket.on('error', () => {}), connections.push(name)));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    brokers.push(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  }
  const retry = { initialRetryTime: 10, retries: 1 };
  const options = { connectionTimeout: 100, requestTimeout: 10_000, logLevel: logLevel.NOTHING, retry };
  const admin = new Kafka({ brokers, clientId: 'c', socketFactory: connect, ...options }).admin();
  await expect(admin.connect()).rejects.toThrow('no first answer');
  await admin.disconnect();
  expect(connections).toEqual(['frozen', 'next']);
});
