/** What a fetch brought of one partition, as whoever reads it gets it. */
import { createRequire } from 'node:module';
import type { FetchedPartition } from '../client/record-requests.ts';
import type { Fetched } from './held-partitions.ts';
import { fromKafka } from '../records.ts';

type Messages = FetchedPartition['messages'];
type Filter = (of: { messages: Messages; abortedTransactions: readonly object[] }) => Messages;

const require = createRequire(import.meta.url);
const withoutAborted = require('kafkajs/src/consumer/filterAbortedMessages.js') as Filter;

/**
 * `from`: the offset that was asked for. A broker hands out whole batches, so what lies before it may come too; what is left of a compacted one may all lie before it, or be nothing at all.
 * Undefined: nothing came.
 */
export function fetchedRecords(topic: string, from: number, fetched: FetchedPartition): Fetched | undefined {
  const { partition, messages, abortedTransactions, nextOffset: next = -1 } = fetched;
  if (messages.length === 0 && next <= from) return undefined;
  const found = messages.filter(({ offset }) => Number(offset) >= from);
  const kept = abortedTransactions.length === 0 ? found : withoutAborted({ messages: found, abortedTransactions });
  const records = kept.filter((one) => one.isControlRecord !== true).map((one) => fromKafka(topic, partition, one));
  const last = found.at(-1);
  return {
    topic,
    partition,
    records,
    nextOffset: Math.max(next, last === undefined ? from + 1 : Number(last.offset) + 1),
  };
}
