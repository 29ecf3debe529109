/**
 * The body of a produce request, versions 3 to 8, without transactions, idempotence and compression. All records get one time.
 *
 *   body   := transactional_id:nullable_string acks:i16 timeout:i32 topic*:i32
 *   topic  := name:string partition*:i32
 *   partition := number:i32 bytes:i32 batch
 *   batch  := first_offset:i64 length:i32 leader_epoch:i32 magic:i8 crc32c:u32 checked
 *   checked := attributes:i16 last_offset_delta:i32 first_timestamp:i64 max_timestamp:i64 producer_id:i64 producer_epoch:i16 first_sequence:i32 record*:i32
 *   record := length:varint attributes:i8 timestamp_delta:varint offset_delta:varint key:varbytes value:varbytes header*:varint
 *   header := name:varbytes value:varbytes
 */
import type { ByteWriter } from './byte-writer.ts';
import { crc32c } from './crc32c.ts';

export interface ProducedRecord {
  readonly key: string | null;
  readonly value: string | Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}
export interface TopicRecords {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly messages: readonly ProducedRecord[] }[];
}
export interface ProduceBody {
  readonly acks: number;
  /** For those who acknowledge, ms. */
  readonly timeout: number;
  readonly topicData: readonly TopicRecords[];
}

/** Of batches, as Kafka has them since 0.11. */
export const magic = 2;
const noProducer = -1;
/** Of a record, besides its key and value: some ten headers of CloudEvents. */
const usualHeaderBytes = 450;

/** All records get the time `now`, ms since 1970. */
export function writeProduce(to: ByteWriter, { acks, timeout, topicData }: ProduceBody, now: number): void {
  to.int16(-1);
  to.int16(acks);
  to.int32(timeout);
  to.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    to.string(topic);
    to.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      to.int32(partition);
      const size = to.length;
      to.int32(0);
      writeBatch(to, messages, now);
      to.int32At(size, to.length - size - 4);
    }
  }
}

function writeBatch(to: ByteWriter, messages: readonly ProducedRecord[], now: number): void {
  to.int64(0);
  const length = to.length;
  to.int32(0);
  to.int32(0);
  to.int8(magic);
  const crc = to.length;
  to.int32(0);
  to.int16(0);
  to.int32(messages.length - 1);
  to.int64(now);
  to.int64(now);
  to.int64(noProducer);
  to.int16(0);
  to.int32(0);
  to.int32(messages.length);
  for (let delta = 0; delta < messages.length; delta += 1) {
    const begun = to.beginSized();
    writeRecord(to, messages[delta]!, delta);
    to.endSized(begun);
  }
  to.int32At(length, to.length - length - 4);
  to.int32At(crc, crc32c(to.bytes, crc + 4) | 0);
}

function writeRecord(to: ByteWriter, { key, value, headers }: ProducedRecord, offsetDelta: number): void {
  to.int8(0);
  to.varint(0);
  to.varint(offsetDelta);
  to.varbytes(key);
  to.varbytes(value);
  const names = Object.keys(headers);
  to.varint(names.length);
  for (const name of names) {
    to.varbytes(name);
    to.varbytes(headers[name]!);
  }
}

/** Roughly. */
export function produceBytes({ topicData }: ProduceBody): number {
  let bytes = 256;
  for (const { partitions } of topicData)
    for (const { messages } of partitions)
      for (const { key, value } of messages) bytes += (key?.length ?? 0) + (value?.length ?? 0) + usualHeaderBytes;
  return bytes;
}
