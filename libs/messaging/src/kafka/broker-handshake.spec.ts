import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { waitForHandshakes, type Broker } from './broker-handshake.ts';

const require = createRequire(import.meta.url);
const ClientsBroker = require('kafkajs/src/broker/index.js') as new (options: object) => Broker;

/** A broker of the client's whose connection stands; its first exchange is answered as it is told. */
function broker() {
  const Own = class extends ClientsBroker {};
  waitForHandshakes(Own);
  const asked: PromiseWithResolvers<object>[] = [];
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} };
  const connectionPool = {
    connectionTimeout: 1_000,
    isConnected: () => true,
    getConnection: async () => connection,
    setVersions: () => {},
    send: () => {
      asked.push(Promise.withResolvers<object>());
      return asked.at(-1)!.promise;
    },
  };
  const made = new Own({ connectionPool, logger: { namespace: () => ({}) } });
  return { made, asked };
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
