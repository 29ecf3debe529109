/**
 * The body of a fetch response, version 11. Text comes as text at once; everything else has the shapes of the client, which reads what is older than batches.
 * What cannot be read hurts no other partition, nor what comes before it in its own.
 *
 *   body      := throttle_ms:i32 error:i16 session:i32 topic*:i32
 *   topic     := name:string partition*:i32
 *   partition := number:i32 error:i16 high_watermark:i64 last_stable:i64 log_start:i64 aborted*:i32 preferred_replica:i32 bytes:i32 batch*
 *   aborted   := producer_id:i64 first_offset:i64
 *   batch     := (`produce-encoding.ts`)
 */
import { ByteReader } from './byte-reader.ts';
import { decompressed, UnknownCompression } from './decompression.ts';
import { magic } from './produce-encoding.ts';

export interface FetchedRecord {
  /** Tells it from a record that the client has read. */
  readonly isText: true;
  readonly offset: string;
  readonly timestamp: string;
  readonly key: string | null;
  /** Bytes when they are not UTF-8. */
  readonly value: string | Buffer | null;
  readonly headers: Record<string, string>;
  /** A marker of a transaction. */
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

/** As brokers number them. */
const damaged = 2;
const unsupportedCompression = 76;
const magicAt = 16;
/** Of a batch's head, up to its records. */
const headBytes = 61;
/** Before the part that `length` counts. */
const lengthAt = 8;
const codecMask = 0x07;
const appendTimeFlag = 0x08;
const transactionFlag = 0x10;
const controlFlag = 0x20;

export function decodeFetch(bytes: Buffer) {
  const from = new ByteReader(bytes);
  const clientSideThrottleTime = from.int32();
  const errorCode = from.int16();
  const sessionId = from.int32();
  const responses = from.array(() => {
    const topicName = from.string();
    return { topicName, partitions: from.array(() => readPartition(from)) };
  });
  return { clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(from: ByteReader) {
  const partition = from.int32();
  const errorCode = from.int16();
  from.skip(8 + 8 + 8); // high watermark, last stable offset, start of the log
  const abortedTransactions = from.array(() => ({
    producerId: from.int64Exactly().toString(),
    firstOffset: from.int64().toString(),
  }));
  from.skip(4); // preferred replica
  return { partition, errorCode, abortedTransactions, ...readBatches(from.bytes(Math.max(0, from.int32()))) };
}

interface Batches {
  readonly messages: FetchedRecord[];
  readonly nextOffset: number | undefined;
  readonly errorCode?: number;
  /** Record sets of before batches: what there is instead of messages. */
  readonly older?: Buffer;
}

/** The last batch may be cut short. `nextOffset`: after the last whole one, of which compaction may have left no record; undefined: there is none. */
function readBatches(bytes: Buffer): Batches {
  const from = new ByteReader(bytes);
  const messages: FetchedRecord[] = [];
  let nextOffset: number | undefined;
  // Records of before batches are shorter than a batch's head.
  while (from.left > magicAt && from.peekInt8(magicAt) === magic) {
    if (Math.max(headBytes, lengthAt + 4 + from.peekInt32(lengthAt)) > from.left) break;
    const read = messages.length;
    try {
      nextOffset = readBatch(from, messages);
    } catch (reason) {
      messages.length = read;
      const errorCode = reason instanceof UnknownCompression ? unsupportedCompression : damaged;
      return nextOffset === undefined ? { messages, nextOffset, errorCode } : { messages, nextOffset };
    }
  }
  const isOlder = from.at === 0 && from.left > magicAt && from.peekInt8(magicAt) !== magic;
  return isOlder ? { messages, nextOffset, older: bytes } : { messages, nextOffset };
}

/** Answers which offset comes after it. Throws where it cannot be read. */
function readBatch(from: ByteReader, records: FetchedRecord[]): number {
  const firstOffset = from.int64();
  const length = from.int32();
  const end = from.at + length;
  from.skip(4 + 1 + 4); // leader epoch, magic, checksum
  const attributes = from.int16();
  const lastOffset = firstOffset + from.int32();
  const firstTimestamp = from.int64();
  const maxTimestamp = from.int64();
  const batchContext = {
    producerId: from.int64Exactly().toString(),
    inTransaction: (attributes & transactionFlag) !== 0,
  };
  from.skip(2 + 4); // producer epoch, first sequence
  const isControlRecord = (attributes & controlFlag) !== 0;
  const appended = (attributes & appendTimeFlag) !== 0 ? String(maxTimestamp) : undefined;
  const count = from.int32();
  const each = { firstOffset, firstTimestamp, appended, isControlRecord, batchContext };
  const codec = attributes & codecMask;
  const stored = codec === 0 ? from : new ByteReader(decompressed(codec, from.bytes(end - from.at)));
  readRecords(stored, count, each, records);
  from.skip(end - from.at);
  return lastOffset + 1;
}

/** What the records of a batch share. */
interface InBatch extends Pick<FetchedRecord, 'isControlRecord' | 'batchContext'> {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  /** Instead of their own, where the broker sets the time. */
  readonly appended: string | undefined;
}

function readRecords(from: ByteReader, count: number, each: InBatch, records: FetchedRecord[]): void {
  const { firstOffset, firstTimestamp, appended, isControlRecord, batchContext } = each;
  const last = new LastHeaders();
  for (let left = count; left > 0; left -= 1) {
    const recordBytes = from.varint();
    const recordEnd = from.at + recordBytes;
    from.skip(1);
    const timestamp = String(firstTimestamp + from.varint());
    const offset = String(firstOffset + from.varint());
    const key = from.vartext(undefined) ?? null;
    const value = from.varvalue();
    const headers = last.read(from);
    records.push({
      isText: true,
      offset,
      timestamp: appended ?? timestamp,
      key,
      value,
      headers,
      isControlRecord,
      batchContext,
    });
    from.skip(recordEnd - from.at);
  }
}

const ownProperty = { enumerable: true, writable: true, configurable: true };

/** Most headers of a record are named as those of the one before it, and many say the same. */
class LastHeaders {
  private readonly names: string[] = [];
  private readonly values: string[] = [];

  read(from: ByteReader): Record<string, string> {
    const headers: Record<string, string> = {};
    const count = from.varint();
    for (let at = 0; at < count; at += 1) {
      const name = from.vartext(this.names[at]) ?? '';
      const value = from.vartext(this.values[at]);
      this.names[at] = name;
      if (value === undefined) continue;
      this.values[at] = value;
      if (name === '__proto__') Object.defineProperty(headers, name, { value, ...ownProperty });
      else headers[name] = value;
    }
    return headers;
  }
}
