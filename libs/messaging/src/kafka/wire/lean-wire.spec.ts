import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { crc32c } from './crc32c.ts';
import { decodeFetch, unsupported } from './fetch-decoding.ts';
import { clientRequests, leanFetch, leanProduce } from './lean-wire.ts';

const require = createRequire(import.meta.url);
/** As the client has it, whoever else has exchanged entries of its table in this process. */
const client = {
  produce: require('kafkajs/src/protocol/requests/produce/index.js') as ReturnType<typeof clientRequests>['Produce'],
  fetch: require('kafkajs/src/protocol/requests/fetch/index.js') as ReturnType<typeof clientRequests>['Fetch'],
};
const { produce, fetch } = { produce: leanProduce(client.produce), fetch: leanFetch(client.fetch) };
const now = Date.parse('2026-11-28T12:34:56.789Z');

beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(now));
afterEach(() => void vi.restoreAllMocks());

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
);
/** Where the length of a length changes: 63 and 64 bytes, 8,191 and 8,192. */
const filled = fc
  .tuple(fc.constantFrom('x', 'é', '😀'), fc.integer({ min: 20, max: 4_100 }))
  .map(([unit, n]) => unit.repeat(n));
const value = fc.oneof(
  text,
  filled,
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);
const headerName = fc.oneof(
  fc.constantFrom('ce_id', 'ce_type', 'traceparent'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 70 }),
);
const message = fc.record({
  key: text,
  value,
  headers: fc.dictionary(headerName, fc.oneof(text, filled), { maxKeys: 12 }),
});
const partitions = fc.array(
  fc.record({ partition: fc.nat(500), messages: fc.array(message, { minLength: 1, maxLength: 150 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const topicData = fc.array(fc.record({ topic: fc.string({ minLength: 1 }), partitions }), {
  minLength: 1,
  maxLength: 3,
});
type TopicData = { topic: string; partitions: { partition: number; messages: Message[] }[] }[];

const argumentsOf = (data: TopicData, more: object = {}) => ({
  acks: -1,
  timeout: 15_000,
  producerId: -1,
  producerEpoch: 0,
  compression: 0,
  topicData: data.map(({ topic, partitions: of }) => ({
    topic,
    partitions: of.map((one) => ({ ...one, firstSequence: 0 })),
  })),
  ...more,
});
type Arguments = Parameters<ReturnType<typeof client.produce.protocol>>[0];

async function encoded(by: typeof client.produce, version: number, args: Arguments): Promise<Buffer> {
  const { request } = by.protocol({ version })(args);
  return (await request.encode()).buffer;
}

/** A response as a broker writes it, around record sets. */
function response(sets: readonly { topic: string; partition: number; records: Buffer }[]): Buffer {
  const Encoder = require('kafkajs/src/protocol/encoder.js') as new () => Record<string, (value: unknown) => never>;
  let body = new Encoder() as never as Record<string, (value: unknown) => typeof body>;
  body = body['writeInt32']!(7)['writeInt16']!(0)['writeInt32']!(99)['writeInt32']!(sets.length);
  for (const { topic, partition, records } of sets) {
    body = body['writeString']!(topic)['writeInt32']!(1)['writeInt32']!(partition)['writeInt16']!(0);
    body = body['writeInt64']!(1_000)['writeInt64']!(1_000)['writeInt64']!(0)['writeInt32']!(0)['writeInt32']!(-1);
    body = body['writeInt32']!(records.length)['writeBuffer']!(records);
  }
  return (body as unknown as { buffer: Buffer }).buffer;
}

/** What a broker stores of a produce request: the batches of its partitions, at this offset. */
function stored(body: Buffer, count: number, firstOffset: bigint): Buffer[] {
  const sets: Buffer[] = [];
  let at = 2 + 2 + 4 + 4;
  for (let topics = 0; topics < count; topics += 1) {
    at += 2 + body.readInt16BE(at);
    const length = body.readInt32BE(at);
    at += 4;
    for (let partition = 0; partition < length; partition += 1) {
      const bytes = body.readInt32BE(at + 4);
      const batch = Buffer.from(body.subarray(at + 8, at + 8 + bytes));
      batch.writeBigInt64BE(firstOffset);
      sets.push(batch);
      at += 8 + bytes;
    }
  }
  return sets;
}

interface Read {
  responses: { topicName: string; partitions: { messages: Record<string, unknown>[] }[] }[];
}
const asText = (bytes: unknown): unknown => (Buffer.isBuffer(bytes) ? bytes.toString('latin1') : bytes);
/** Both ways of reading say text as its bytes, and only what is used of a record. */
function plain(read: unknown): unknown {
  const { responses, ...head } = read as Read;
  return {
    ...head,
    responses: responses.map(({ topicName, partitions: of }) => ({
      topicName,
      partitions: of.map(({ messages, ...rest }) => ({ ...rest, messages: messages.map(plainRecord) })),
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

it('knows the checksum of Castagnoli, wherever it begins', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.from('..123456789'), 2)).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  const theirs = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number;
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => crc32c(bytes) === theirs(Buffer.from(bytes))));
});

it.each([3, 5, 7])('writes the bytes that the client writes itself, version %i', async (version) => {
  await fc.assert(
    fc.asyncProperty(topicData, async (data) => {
      const args = argumentsOf(data);
      const [ours, theirs] = await Promise.all([
        encoded(produce, version, args),
        encoded(client.produce, version, args),
      ]);
      expect(ours.equals(theirs)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('writes a record of every length around those at which a length takes another byte', async () => {
  for (const length of [0, 1, 40, 63, 64, 65, 300, 511, 512, 8_000, 8_190, 8_191, 8_192, 8_193, 1_048_575, 1_048_576]) {
    for (const unit of ['x', 'ü']) {
      const messages = [{ key: 'k', value: unit.repeat(length), headers: { ce_id: unit.repeat(length % 9_000) } }];
      const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }]);
      const [ours, theirs] = await Promise.all([encoded(produce, 7, args), encoded(client.produce, 7, args)]);
      expect([length, unit, ours.equals(theirs)]).toEqual([length, unit, true]);
    }
  }
});

it.each([
  ['a transaction', { transactionalId: 'me', producerId: 5 }, {}],
  ['an idempotent producer', { producerId: 5 }, {}],
  ['compression', { compression: 1 }, {}],
  ['a time of its own', {}, { timestamp: String(now - 5) }],
  ['several values for a header', {}, { headers: { twice: ['a', 'b'] } }],
])('leaves a produce with %s to the client', async (_what, more, of) => {
  const messages = [
    { key: 'k', value: 'v', ...of },
    { key: 'k', value: 'w' },
  ];
  const args = argumentsOf([{ topic: 't', partitions: [{ partition: 0, messages }] }], more) as Arguments;
  const [ours, theirs] = await Promise.all([encoded(produce, 7, args), encoded(client.produce, 7, args)]);
  expect(ours.equals(theirs)).toBe(true);
});

it('reads what the client reads', async () => {
  await fc.assert(
    fc.asyncProperty(topicData, fc.bigInt({ min: 0n, max: 2n ** 50n }), async (data, offset) => {
      const body = await encoded(client.produce, 7, argumentsOf(data));
      const sets = stored(body, data.length, offset);
      const bytes = response(sets.map((records, at) => ({ topic: `topic ${at}`, partition: at, records })));
      const theirs = await client.fetch.protocol({ version: 11 })({}).response.decode(bytes);
      expect(plain(decodeFetch(bytes))).toEqual(plain(theirs));
    }),
    { numRuns: 100 },
  );
});

const someBatch = async (more: object = {}): Promise<Buffer> => {
  const messages = [1, 2, 3].map((n) => ({ key: 'k', value: `value ${n}`, headers: { n: String(n) } }));
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

it('leaves compressed records to the client', async () => {
  const bytes = response([{ topic: 't', partition: 0, records: await someBatch({ compression: 1 }) }]);
  expect(() => decodeFetch(bytes)).toThrow(unsupported as never);
  const read = (await fetch.protocol({ version: 11 })({}).response.decode(bytes)) as Read;
  expect(read.responses[0]!.partitions[0]!.messages.map(({ value: said }) => String(said))).toEqual([
    'value 1',
    'value 2',
    'value 3',
  ]);
});

it('says so when a response is shorter than it announces', async () => {
  const bytes = response([{ topic: 't', partition: 0, records: await someBatch() }]);
  expect(() => decodeFetch(bytes.subarray(0, bytes.length - 1))).toThrow(/less than it announced/);
});
