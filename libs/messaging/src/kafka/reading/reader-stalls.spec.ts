/** What a reader is not held up by, over two played brokers that lead a partition each, and what it leaves alone when it is told to. */
import { expect, it, onTestFinished } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic as topic } from '../../testing/played-coordinator.ts';
import { until } from '../../testing/played-member.ts';
import type { ClientCluster } from '../client/client-cluster.ts';
import { Reader, type ReaderOptions } from './reader.ts';

const at = (partition: number, offset = 0) => ({ topic, partition, offset });

function reading(
  options: Partial<ReaderOptions> = {},
  change: (brokers: ClientCluster) => Partial<ClientCluster> = () => ({}),
) {
  const played = new PlayedCluster();
  const brokers = played.brokers();
  const values: string[] = [];
  const reader = new Reader({
    cluster: { ...brokers, ...change(brokers) },
    deliver: async ({ records }) => {
      values.push(...records.map(({ value }) => String(value)));
      return true;
    },
    outOfRange: async () => undefined,
    onTrouble: () => {},
    ...options,
  });
  onTestFinished(() => reader.close());
  return { played, reader, values };
}

it('fetches nothing of a paused partition until it is resumed', async () => {
  const { played, reader, values } = reading();
  reader.read([at(0), at(1)]);
  reader.pause([at(1)]);
  played.append(1, 'paused');
  played.append(0, 'read');
  await until(() => values.length === 1);
  expect({ values: [...values], fetches: [...played.fetchesAt2] }).toEqual({ values: ['read'], fetches: [] });
  reader.resume([at(1)]);
  await until(() => values.length === 2);
  expect(values).toEqual(['read', 'paused']);
});

it('reads at one broker though the other one answers nothing, nor any look at the cluster', async () => {
  const never = new Promise<never>(() => {});
  let looks = 0;
  const { played, reader, values } = reading({}, (brokers) => ({
    brokerPool: {
      get metadata() {
        return brokers.brokerPool.metadata ?? null;
      },
      metadataExpireAt: null,
    },
    refreshMetadata: () => {
      looks += 1;
      return never;
    },
    findBroker: (of) => (of.nodeId === 1 ? never : brokers.findBroker(of)),
  }));
  reader.read([at(0), at(1)]);
  for (const value of ['a', 'b', 'c']) {
    played.append(1, value);
    await until(() => values.includes(value));
  }
  expect({ values, looks }).toEqual({ values: ['a', 'b', 'c'], looks: 1 });
});

it('reads the others while it is not known where one goes on that is outside its log', async () => {
  const where = Promise.withResolvers<number>();
  const asked: unknown[] = [];
  const { played, reader, values } = reading({
    outOfRange: (position) => {
      asked.push(position);
      return where.promise;
    },
  });
  played.moveLeader(); // one broker leads both
  for (const value of ['a', 'b']) played.append(1, value);
  played.expire(1, 1);
  reader.read([at(0), at(1)]);
  await until(() => asked.length === 1);
  played.append(0, 'of the other');
  await until(() => values.length === 1);
  expect(values).toEqual(['of the other']);
  where.resolve(1);
  await until(() => values.length === 2);
  expect({ values, asked }).toEqual({ values: ['of the other', 'b'], asked: [at(1)] });
});

it('says that a broker does not come to be connected, or that no look at the cluster ends, and asks again', async () => {
  const never = new Promise<never>(() => {});
  const asked = { broker: 0, look: 0 };
  const troubles: string[] = [];
  const { played, reader, values } = reading(
    { patienceMs: 20, onTrouble: (error) => troubles.push((error as Error).message) },
    (brokers) => ({
      refreshMetadata: () => ((asked.look += 1) === 1 ? never : brokers.refreshMetadata()),
      findBroker: (of) => ((asked.broker += 1) === 1 ? never : brokers.findBroker(of)),
    }),
  );
  reader.read([at(0)]);
  played.append(0, 'a');
  await until(() => values.length === 1);
  const late = 'Kafka has not answered a question within 20 ms; it is asked again';
  expect({ values, troubles }).toEqual({ values: ['a'], troubles: [late, late] });
});

it('breaks off what it has begun with a broker that does not come to be connected', async () => {
  const destroyed: string[] = [];
  const connection = { socket: { destroy: (why: Error) => destroyed.push(why.message) }, rejectRequests: () => {} };
  const hung = { connectionPool: { pool: [connection] } };
  const { reader } = reading({ patienceMs: 20 }, (brokers) => ({
    brokerPool: {
      get metadata() {
        return brokers.brokerPool.metadata ?? null;
      },
      metadataExpireAt: Infinity,
      brokers: { 1: hung as never },
    },
    findBroker: () => new Promise<never>(() => {}),
  }));
  reader.read([at(0)]);
  await until(() => destroyed.length > 0);
  expect(destroyed[0]).toBe('not connected within 20 ms');
});
