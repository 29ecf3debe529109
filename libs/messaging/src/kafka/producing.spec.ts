/** Through the client's own code for a produce, over brokers that are made up: what becomes of records while leaders move. */
import { createRequire } from 'node:module';
import type { Producer } from 'kafkajs';
import { expect, it } from 'vitest';
import { message } from '../contract/log-under-test.ts';
import { produceAll } from './producing.ts';

type SendBatch = Producer['sendBatch'];
const require = createRequire(import.meta.url);
const clientsOwn = require('kafkajs/src/producer/sendMessages.js') as (parts: object) => SendBatch;
const retried = require('kafkajs/src/retry/index.js') as (options: object) => unknown;
const { KafkaJSProtocolError } = require('kafkajs') as { KafkaJSProtocolError: new (of: object) => Error };

interface Broker {
  readonly nodeId: number;
  readonly written: string[];
  produce(request: {
    topicData: { topic: string; partitions: { partition: number; messages: { value: string }[] }[] }[];
  }): Promise<object>;
}

/** Partition n is led by `leaders[n]`; a broker that does not lead all it is asked to write to refuses, and then `moved` leads. */
function cluster(leaders: number[], moved: readonly number[]) {
  let known = [...leaders];
  const brokers = new Map([...leaders, ...moved].map((nodeId) => [nodeId, broker(nodeId)]));
  function broker(nodeId: number): Broker {
    const written: string[] = [];
    return {
      nodeId,
      written,
      async produce({ topicData }) {
        const all = topicData.flatMap(({ partitions }) => partitions);
        if (all.some(({ partition }) => leaders[partition] !== nodeId))
          throw new KafkaJSProtocolError({ type: 'NOT_LEADER_FOR_PARTITION', message: 'moved', retriable: true });
        const topics = topicData.map(({ topic, partitions }) => ({
          topicName: topic,
          partitions: partitions.map(({ partition, messages }) => {
            written.push(...messages.map(({ value }) => value));
            return { partition, baseOffset: String(100 * nodeId + partition) };
          }),
        }));
        return { topics };
      },
    };
  }
  const idle = { acquireBrokerLock: noop, releaseBrokerLock: noop, isTransactional: () => false, getSequence: () => 0 };
  const sendBatch = clientsOwn({
    logger: { debug: noop, error: noop },
    retrier: retried({ initialRetryTime: 1, retries: 3 }),
    partitioner: ({ message: { partition } }: { message: { partition: number } }) => partition,
    eosManager: { ...idle, updateSequence: noop, getProducerId: () => -1, getProducerEpoch: () => 0 },
    cluster: {
      addMultipleTargetTopics: noop,
      refreshMetadataIfNecessary: noop,
      isConnected: () => true,
      refreshMetadata: () => (known = [...leaders]),
      findTopicPartitionMetadata: () => known.map((leader, partitionId) => ({ partitionId, leader })),
      findLeaderForPartitions: (_: string, partitions: string[]) =>
        Object.groupBy(partitions.map(Number), (partition) => known[partition]!),
      findBroker: async ({ nodeId }: { nodeId: string }) => brokers.get(Number(nodeId)),
    },
  });
  const move = (): void => void leaders.splice(0, leaders.length, ...moved);
  return { sendBatch, move, written: (nodeId: number) => brokers.get(nodeId)!.written };
}
const noop = async (): Promise<void> => {};
const produces = [0, 1, 2].map((partition) => ({
  topic: 't',
  partition,
  messages: [message('t', 'k', `of ${partition}`)],
}));

it('writes what the client leaves out when a leader moves to a broker that has answered', async () => {
  const { sendBatch, move, written } = cluster([1, 2, 3], [1, 1, 3]);
  move(); // the client does not know of it
  expect(await produceAll({ sendBatch }, produces)).toEqual([100, 101, 302]);
  expect([written(1), written(2), written(3)]).toEqual([['of 0', 'of 1'], [], ['of 2']]);
});

it('rejects when nobody answers for what is left', async () => {
  const answer = { topicName: 't', partition: 0, baseOffset: '7', errorCode: 0 };
  const calls: number[] = [];
  const sendBatch: SendBatch = async ({ topicMessages = [] }) => {
    calls.push(topicMessages.flatMap(({ messages }) => messages).length);
    return calls.length === 1 ? [answer] : [];
  };
  await expect(produceAll({ sendBatch }, produces)).rejects.toThrow(/no broker answered/);
  expect(calls).toEqual([3, 2]);
});

it('takes no record for written before all in-sync replicas have it', async () => {
  const asked: unknown[] = [];
  const sendBatch: SendBatch = async ({ acks }) => {
    asked.push(acks);
    return produces.map(({ topic: topicName, partition }) => ({ topicName, partition, baseOffset: '7', errorCode: 0 }));
  };
  await produceAll({ sendBatch }, produces);
  expect(asked).toEqual([-1]);
});
