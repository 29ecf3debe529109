/** Over the client's own broker: joining a group as a new member. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import './client.ts';

interface ClientsBroker {
  connect(): Promise<void>;
  joinGroup(joining: object): Promise<object>;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/broker/index.js') as new (options: object) => ClientsBroker;
const logger: object = { namespace: () => logger, debug() {}, error() {}, info() {} };
const memberIdRequired = 79;
const joining = { groupId: 'g', sessionTimeout: 6_000, rebalanceTimeout: 30_000, groupProtocols: [] };

/** It gives everybody who comes without an id the id `m-1`. */
async function brokerOfGroups() {
  const requests: string[] = [];
  const connection = { getSupportAuthenticationProtocol: () => true, authenticate: async () => {} };
  const connectionPool = {
    connectionTimeout: 1_000,
    isConnected: () => true,
    getConnection: async () => connection,
    setVersions: () => {},
    send: async ({ request, response }: { request: Request; response: { parse: (data: object) => object } }) => {
      requests.push(request.apiName);
      if (request.apiName === 'ApiVersions')
        return response.parse({ errorCode: 0, apiVersions: [{ apiKey: 11, minVersion: 0, maxVersion: 5 }] });
      const isNamed = (await request.encode()).buffer.includes('m-1');
      return response.parse({ errorCode: isNamed ? 0 : memberIdRequired, memberId: 'm-1' });
    },
  };
  const broker = new Clients({ connectionPool, logger });
  await broker.connect();
  return { broker, requests };
}
interface Request {
  readonly apiName: string;
  encode(): Promise<{ readonly buffer: Buffer }>;
}

it('tells a new member which id it was given, and joins with none that nobody asked for', async () => {
  const { broker, requests } = await brokerOfGroups();
  const answer = broker.joinGroup({ ...joining, memberId: '' });
  await expect(answer).rejects.toMatchObject({ type: 'MEMBER_ID_REQUIRED', memberId: 'm-1' });
  expect(requests).toEqual(['ApiVersions', 'JoinGroup']);
});

it('lets who comes with an id join, as often as it comes', async () => {
  const { broker } = await brokerOfGroups();
  for (let times = 0; times < 2; times += 1)
    expect(await broker.joinGroup({ ...joining, memberId: 'm-1' })).toMatchObject({ memberId: 'm-1' });
});
