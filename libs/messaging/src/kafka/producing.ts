/**
 * Records on their way through Kafka's client, until every partition has answered.
 * The client repeats what a broker refused, and asks no broker again that has answered: a partition whose leader moved to such a broker meanwhile
 * is left out, and the client reports success. So its answer counts for the partitions that are in it, and the others are sent again.
 */
import type { Producer } from 'kafkajs';
import { nameOf } from '../partition-name.ts';
import type { Produce } from './produce-queue.ts';
import { toKafka } from './records.ts';

const produceTimeoutMs = 15_000;

/** Answers the offset of the first record of each, in their order. Rejects when any of them may not have been written. */
export async function produceAll(
  producer: Pick<Producer, 'sendBatch'>,
  produces: readonly Produce[],
): Promise<readonly number[]> {
  const first = new Map<string, number>();
  for (let left = produces; left.length > 0; left = left.filter((one) => !first.has(nameOf(one)))) {
    const known = first.size;
    for (const [name, offset] of await send(producer, left)) first.set(name, offset);
    if (first.size === known) throw new Error('no broker answered for its partitions');
  }
  return produces.map((one) => first.get(nameOf(one))!);
}

async function send(
  producer: Pick<Producer, 'sendBatch'>,
  produces: readonly Produce[],
): Promise<readonly (readonly [string, number])[]> {
  const answers = await producer.sendBatch({
    acks: -1,
    timeout: produceTimeoutMs,
    topicMessages: [...Map.groupBy(produces, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      messages: of.flatMap(({ partition, messages }) => messages.map((message) => toKafka(message, partition))),
    })),
  });
  return answers.map(({ topicName: topic, partition, baseOffset }) => [
    nameOf({ topic, partition }),
    Number(baseOffset),
  ]);
}
