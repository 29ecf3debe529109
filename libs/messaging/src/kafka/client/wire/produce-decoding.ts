/**
 * The body of a produce response, version 7.
 *
 *   body      := topic*:i32 throttle_ms:i32
 *   topic     := name:string partition*:i32
 *   partition := number:i32 error:i16 first_offset:i64 append_time:i64 log_start:i64
 */
import { ByteReader } from './byte-reader.ts';

export function decodeProduce(bytes: Buffer) {
  const from = new ByteReader(bytes);
  const topics = from.array(() => {
    const topicName = from.string();
    return { topicName, partitions: from.array(() => readPartition(from)) };
  });
  return { topics, throttleMs: from.int32() };
}

function readPartition(from: ByteReader) {
  const partition = from.int32();
  const errorCode = from.int16();
  const baseOffset = from.int64();
  from.skip(8 + 8); // time of appending, start of the log
  return { partition, errorCode, baseOffset };
}
