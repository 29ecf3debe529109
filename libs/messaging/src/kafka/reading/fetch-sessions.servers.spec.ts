/** On a real broker: what it answers in a session, and after it has forgotten it. */
import { expect, it, onTestFinished } from 'vitest';
import { settings } from '../../../../../tools/stack/places.mjs';
import { freshTopic, message } from '../../contract/log-under-test.ts';
import { clusterOf } from '../client/client-cluster.ts';
import { Kafka, logLevel } from '../client/client.ts';
import type { FetchResponse } from '../client/record-requests.ts';
import { KafkaMessageLog } from '../kafka-message-log.ts';

const brokers = settings('postgres')['KAFKA_BROKERS']!.split(',');
const partitions = [0, 1, 2, 3];
const clientId = 'sessions';

async function opened() {
  const log = await KafkaMessageLog.open({
    brokers,
    clientId,
    topics: { partitions: 4, replicas: 1, minInSyncReplicas: 1 },
  });
  const topic = freshTopic();
  await log.append(partitions.map((partition) => ({ ...message(topic, 'k', `first of ${partition}`), partition })));
  const cluster = clusterOf(new Kafka({ brokers, clientId, logLevel: logLevel.NOTHING }));
  await cluster.connect();
  await cluster.addMultipleTargetTopics([topic]);
  onTestFinished(() => Promise.all([log.close(), cluster.disconnect()]).then(() => undefined));
  const { topicMetadata } = cluster.brokerPool.metadata!;
  const broker = await cluster.findBroker({ nodeId: topicMetadata[0]!.partitionMetadata[0]!.leader });
  const fetch = async (offsets: readonly number[]): Promise<string[]> =>
    saidIn(
      await broker.fetch({
        maxWaitTime: 5_000,
        minBytes: 1,
        maxBytes: 1_000_000,
        isolationLevel: 1,
        topics: [
          {
            topic,
            partitions: offsets.map((offset, partition) => ({
              partition,
              fetchOffset: String(offset),
              maxBytes: 100_000,
            })),
          },
        ],
      }),
    );
  const append = (partition: number, text: string): Promise<unknown> =>
    log.append([{ ...message(topic, 'k', text), partition }]);
  return { broker, fetch, append };
}

/** Each partition that is told of, and what came of it. */
const saidIn = ({ responses }: FetchResponse): string[] =>
  responses
    .flatMap((of) => of.partitions)
    .map(({ partition, messages }) => [partition, ...messages.map(({ value }) => String(value))].join(': '))
    .toSorted();

it('tells only of partitions of which there is news, and again of what was not passed', async () => {
  const { fetch, append } = await opened();
  expect(await fetch([0, 0, 0, 0])).toEqual(partitions.map((partition) => `${partition}: first of ${partition}`));
  await append(2, 'second');
  expect(await fetch([1, 1, 1, 1])).toEqual(['2: second']);
  expect(await fetch([1, 1, 1, 1])).toEqual(['2: second']);
  await append(0, 'third');
  expect(await fetch([1, 1, 2, 1])).toEqual(['0: third']);
  await append(1, 'unasked');
  await append(0, 'fourth');
  expect(await fetch([2])).toEqual(['0: fourth']);
  expect(await fetch([3, 1])).toEqual(['1: unasked']);
});

it('goes on after a broken connection', async () => {
  const { broker, fetch, append } = await opened();
  await fetch([1, 1, 1, 0]);
  const waiting = fetch([1, 1, 1, 1]);
  for (const connection of broker.connectionPool.pool) connection?.socket?.destroy(new Error('broken'));
  await expect(waiting).rejects.toThrow(/broken|closed/i);
  await append(3, 'second');
  expect(await fetch([1, 1, 1, 1])).toContain('3: second');
});
