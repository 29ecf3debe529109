/** What the specs of the wire share: records to send, and the client's own way of writing and reading them. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { ByteWriter } from '../kafka/client/wire/byte-writer.ts';
import type { FetchBody } from '../kafka/client/wire/fetch-encoding.ts';
import type { ProduceBody, ProducedRecord } from '../kafka/client/wire/produce-encoding.ts';

const require = createRequire(import.meta.url);
/** A request of the client's and what it makes of the answer. */
interface Exchange {
  readonly request: { readonly encode: () => Promise<{ readonly buffer: Buffer }> };
  readonly response: { readonly decode: (bytes: Buffer) => Promise<unknown> };
}
export interface Definition<Arguments> {
  protocol(of: { readonly version: number }): (args: Arguments) => Exchange;
}
export type Arguments = ProduceBody & { readonly compression?: number };
export const client = {
  produce: require('kafkajs/src/protocol/requests/produce/index.js') as Definition<Arguments>,
  fetch: require('kafkajs/src/protocol/requests/fetch/index.js') as Definition<FetchBody>,
};
/** With its head. */
export const requestOf = require('kafkajs/src/protocol/request.js') as (of: {
  readonly request: object;
  readonly correlationId: number;
  readonly clientId: string;
}) => Promise<{ readonly buffer: Buffer }>;

export function written(write: (to: ByteWriter) => void): Buffer {
  const to = new ByteWriter(16);
  write(to);
  return to.bytes;
}
export const now = Date.parse('2026-11-28T12:34:56.789Z');

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
/** A header named as something that every object has comes out of the client as a list with a function in it. */
const headerName = fc
  .oneof(
    fc.constantFrom('ce_id', 'ce_type', 'traceparent'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 70 }),
  )
  .filter((name) => !(name in Object.prototype));
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
export const topicData = fc.array(fc.record({ topic: fc.string({ minLength: 1 }), partitions }), {
  minLength: 1,
  maxLength: 3,
});
export type TopicData = { topic: string; partitions: { partition: number; messages: ProducedRecord[] }[] }[];

export const argumentsOf = (data: TopicData, more: object = {}) => ({
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
export async function encoded<A>(by: Definition<A>, version: number, args: A): Promise<Buffer> {
  const { request } = by.protocol({ version })(args);
  return (await request.encode()).buffer;
}

/** A response as a broker writes it, around record sets. */
export function response(sets: readonly { topic: string; partition: number; records: Buffer }[]): Buffer {
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

/** Records as they were stored before there were batches. */
export function messageSet(messageVersion: number, count: number): Buffer {
  type Entry = { readonly key: string; readonly value: string; readonly timestamp: number };
  const write = require('kafkajs/src/protocol/messageSet/index.js') as (set: {
    readonly messageVersion: number;
    readonly entries: readonly Entry[];
  }) => { readonly buffer: Buffer };
  const entries = Array.from({ length: count }, (_, at) => ({ key: 'k', value: `value ${at + 1}`, timestamp: now }));
  return write({ messageVersion, entries }).buffer;
}

/** What a broker stores of a produce request: the batches of its partitions, at this offset. */
export function stored(body: Buffer, count: number, firstOffset: bigint): Buffer[] {
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
