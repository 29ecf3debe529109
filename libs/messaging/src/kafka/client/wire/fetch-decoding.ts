/**
 * The body of a fetch response, version 11. Text comes as text at once; everything else has the shapes of the client, which reads what this cannot.
 *
 *   body      := throttle_ms:i32 error:i16 session:i32 topic*:i32
 *   topic     := name:string partition*:i32
 *   partition := number:i32 error:i16 high_watermark:i64 last_stable:i64 log_start:i64 aborted*:i32 preferred_replica:i32 bytes:i32 batch*
 *   aborted   := producer_id:i64 first_offset:i64
 *   batch     := (`produce-encoding.ts`)
 */
import { ByteReader } from './byte-reader.ts';
import { magic } from './produce-encoding.ts';

/** Cannot be read here (compressed, or older than batches), and is left to the client. */
export class UnsupportedRecords extends Error {}

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

/** As brokers number it. */
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

/** `readable`: where what cannot be read here can be; nowhere: its partition counts as refused. */
export function decodeFetch(bytes: Buffer, readable: 'elsewhere' | 'nowhere' = 'elsewhere') {
  const from = new ByteReader(bytes);
  const read = readable === 'elsewhere' ? readBatches : readBatchesOrRefuse;
  const clientSideThrottleTime = from.int32();
  const errorCode = from.int16();
  const sessionId = from.int32();
  const responses = from.array(() => {
    const topicName = from.string();
    return { topicName, partitions: from.array(() => readPartition(from, read)) };
  });
  return { clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(from: ByteReader, read: (from: ByteReader) => Batches) {
  const partition = from.int32();
  const errorCode = from.int16();
  from.skip(8 + 8 + 8); // high watermark, last stable offset, start of the log
  const abortedTransactions = from.array(() => ({
    producerId: from.int64Exactly().toString(),
    firstOffset: from.int64().toString(),
  }));
  from.skip(4); // preferred replica
  return { partition, errorCode, abortedTransactions, ...read(from) };
}

interface Batches {
  readonly messages: FetchedRecord[];
  readonly nextOffset: number | undefined;
  readonly errorCode?: number;
}

/** The last batch may be cut short. `nextOffset`: after the last whole one, of which compaction may have left no record; undefined: there is none. */
function readBatches(from: ByteReader): Batches {
  const messages: FetchedRecord[] = [];
  let nextOffset: number | undefined;
  const bytes = from.int32();
  const end = from.at + Math.max(0, bytes);
  while (from.at + magicAt < end) {
    // Records of before batches are shorter than a batch's head.
    if (from.peekInt8(magicAt) !== magic) throw new UnsupportedRecords();
    if (from.at + Math.max(headBytes, lengthAt + 4 + from.peekInt32(lengthAt)) > end) break;
    nextOffset = readBatch(from, messages);
  }
  from.skip(end - from.at);
  return { messages, nextOffset };
}

function readBatchesOrRefuse(from: ByteReader): Batches {
  const begun = from.at;
  try {
    return readBatches(from);
  } catch (reason) {
    if (!(reason instanceof UnsupportedRecords)) throw reason;
    from.at = begun;
    from.skip(from.int32());
    return { messages: [], nextOffset: undefined, errorCode: unsupportedCompression };
  }
}

/** Answers which offset comes after it. */
function readBatch(from: ByteReader, records: FetchedRecord[]): number {
  const firstOffset = from.int64();
  const length = from.int32();
  const end = from.at + length;
  from.skip(4 + 1 + 4); // leader epoch, magic, checksum
  const attributes = from.int16();
  if ((attributes & codecMask) !== 0) throw new UnsupportedRecords();
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
  const last = new LastHeaders();
  for (let left = from.int32(); left > 0; left -= 1) {
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
  from.skip(end - from.at);
  return lastOffset + 1;
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
