import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeFetch } from './fetch-decoding.ts';
import { writeProduce } from './produce-encoding.ts';
import {
  argumentsOf,
  client,
  encoded,
  messageSet,
  response,
  stored,
  topicData,
  written,
  type Arguments,
} from '../../../testing/kafka-wire.ts';

const asked = { maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [] };

interface Read {
  clientSideThrottleTime: number;
  errorCode: number;
  responses: { topicName: string; partitions: ReadPartition[] }[];
}
interface ReadPartition {
  partition: number;
  errorCode: number;
  abortedTransactions: object[];
  messages: Record<string, unknown>[];
}
const asText = (bytes: unknown): unknown => (Buffer.isBuffer(bytes) ? bytes.toString('latin1') : bytes);
/** Both ways of reading say text as its bytes, and only what is used of an answer. */
function plain(read: unknown): unknown {
  const { clientSideThrottleTime, errorCode: ofAll, responses } = read as Read;
  return {
    clientSideThrottleTime,
    ofAll,
    responses: responses.map(({ topicName, partitions: of }) => ({
      topicName,
      partitions: of.map(({ partition, errorCode, abortedTransactions, messages }) => ({
        partition,
        errorCode,
        abortedTransactions,
        messages: messages.map(plainRecord),
      })),
    })),
  };
}
function plainRecord({
  offset,
  timestamp,
  key,
  value: body,
  headers,
  isControlRecord,
  batchContext,
}: Record<string, unknown>) {
  const { producerId, inTransaction } = batchContext as Record<string, unknown>;
  const bytesOf = (one: unknown): unknown => asText(typeof one === 'string' ? Buffer.from(one) : one);
  const texts = Object.entries(headers as object).map(([name, said]) => [name, bytesOf(said)]);
  return [
    offset,
    timestamp,
    bytesOf(key),
    bytesOf(body),
    Object.fromEntries(texts),
    isControlRecord,
    producerId,
    inTransaction,
  ];
}

it('reads what the client reads', async () => {
  await fc.assert(
    fc.asyncProperty(topicData, fc.bigInt({ min: 0n, max: 2n ** 50n }), async (data, offset) => {
      const body = await encoded(client.produce, 7, argumentsOf(data));
      const sets = stored(body, data.length, offset);
      const bytes = response(sets.map((records, at) => ({ topic: `topic ${at}`, partition: at, records })));
      const theirs = await client.fetch.protocol({ version: 11 })(asked).response.decode(bytes);
      expect(plain(decodeFetch(bytes))).toEqual(plain(theirs));
    }),
    { numRuns: 100 },
  );
});

const someBatch = async (more: object = {}): Promise<Buffer> => {
  const timestamp = 1_700_000_000_000;
  const messages = [1, 2, 3].map((n) => ({ key: 'k', value: `value ${n}`, headers: { n: String(n) }, timestamp }));
  const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }], more);
  return stored(await encoded(client.produce, 7, args as Arguments), 1, 40n)[0]!;
};
const valuesOf = (bytes: Buffer) =>
  decodeFetch(bytes).responses[0]!.partitions[0]!.messages.map((record) => record.value);

it('reads several batches, and leaves out one that was cut short', async () => {
  const batch = await someBatch();
  const whole = ['value 1', 'value 2', 'value 3'];
  for (const cut of [1, 20, 61, batch.length - 1]) {
    const records = Buffer.concat([batch, batch, batch.subarray(0, cut)]);
    expect(valuesOf(response([{ topic: 't', partition: 0, records }]))).toEqual([...whole, ...whole]);
  }
});

it('reads a partition without records, and the one after it', async () => {
  const sets = [Buffer.alloc(0), await someBatch()].map((records, partition) => ({ topic: 't', partition, records }));
  const { responses } = decodeFetch(response(sets));
  expect(responses.map(({ partitions: [one] }) => one!.messages.length)).toEqual([0, 3]);
});

it('says where to go on, also after batches of which nothing is left, and not after one that was cut short', async () => {
  const batch = await someBatch(); // 40 to 42
  const emptied = Buffer.from(batch.subarray(0, 61));
  emptied.writeBigInt64BE(43n);
  emptied.writeInt32BE(61 - 12, 8);
  emptied.writeInt32BE(0, 57);
  const partitionOf = (...records: Buffer[]) =>
    decodeFetch(response([{ topic: 't', partition: 0, records: Buffer.concat(records) }])).responses[0]!.partitions[0]!;
  expect(partitionOf().nextOffset).toBeUndefined();
  expect(partitionOf(batch, batch.subarray(0, 70)).nextOffset).toBe(43);
  expect(partitionOf(emptied)).toMatchObject({ messages: [], nextOffset: 46 });
});

it('keeps a header whatever it is named', async () => {
  const headers = Object.fromEntries(
    ['constructor', 'valueOf', 'toString', '__proto__', 'ce_id'].map((name) => [name, `of ${name}`]),
  );
  const messages = [1, 2].map(() => ({ key: 'k', value: 'v', headers }));
  const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }]) as Arguments;
  const [records] = stored(
    written((to) => writeProduce(to, args, 0)),
    1,
    0n,
  );
  const read = decodeFetch(response([{ topic: 't', partition: 0, records: records! }])).responses[0]!.partitions[0]!
    .messages;
  for (const record of read) expect(Object.entries(record.headers)).toEqual(Object.entries(headers));
});

const readOf = (...records: Buffer[]) =>
  decodeFetch(response([{ topic: 't', partition: 0, records: Buffer.concat(records) }])).responses[0]!.partitions[0]!;

/** As another producer would. */
function compressed(batch: Buffer, codec: number, by: (records: Buffer) => Buffer): Buffer {
  const made = Buffer.concat([batch.subarray(0, 61), by(batch.subarray(61))]);
  made.writeInt32BE(made.length - 12, 8);
  made.writeInt16BE(codec, 21);
  return made;
}

it('reads what was compressed as gzip or zstd, as if it had not been', async () => {
  const plainBatch = await someBatch();
  const batches = [await someBatch({ compression: 1 }), compressed(plainBatch, 4, (bytes) => zstdCompressSync(bytes))];
  for (const batch of batches) expect(readOf(batch)).toEqual(readOf(plainBatch));
});

it('refuses what is compressed in another way or damaged, but not what comes before it, nor another partition', async () => {
  const batch = await someBatch();
  const gzip = await someBatch({ compression: 1 });
  const ofNothing = compressed(batch, 1, () => gzipSync('nothing of records'));
  const broken = [
    [76, compressed(batch, 5, (bytes) => bytes)],
    [2, gzip.fill(0, 70)],
    [2, ofNothing],
    [2, Buffer.from(batch).fill(255, 61)],
  ] as const;
  for (const [errorCode, records] of broken) {
    expect(readOf(records, batch)).toMatchObject({ errorCode, messages: [] });
    expect(readOf(batch, records)).toMatchObject({ errorCode: 0, nextOffset: 43, messages: readOf(batch).messages });
    const both = [records, batch].map((one, partition) => ({ topic: 't', partition, records: one }));
    const { responses } = decodeFetch(response(both));
    expect(responses[1]!.partitions[0]!.messages).toHaveLength(3);
  }
});

it('does not take records of before batches, though they are shorter than a batch, for its own', () => {
  for (const records of [0, 1].flatMap((format) => [messageSet(format, 1), messageSet(format, 3)])) {
    expect(readOf(records)).toMatchObject({ messages: [], older: records });
  }
});

it('says so when a response is shorter than it announces', async () => {
  const bytes = response([{ topic: 't', partition: 0, records: await someBatch() }]);
  expect(() => decodeFetch(bytes.subarray(0, bytes.length - 1))).toThrow(/less than it announced/);
});
