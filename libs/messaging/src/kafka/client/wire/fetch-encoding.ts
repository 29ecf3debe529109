/**
 * The body of a fetch request, version 11.
 *
 *   body      := replica:i32 max_wait:i32 min_bytes:i32 max_bytes:i32 isolation:i8 session:i32 epoch:i32 topic*:i32 forgotten*:i32 rack:string
 *   forgotten := name:string (number:i32)*:i32
 *   topic     := name:string partition*:i32
 *   partition := number:i32 leader_epoch:i32 offset:i64 log_start:i64 max_bytes:i32
 */
import type { ByteWriter } from './byte-writer.ts';

export interface FetchBody {
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** 0: also what is not committed; 1, the default: only what is. */
  readonly isolationLevel?: number | undefined;
  readonly rackId?: string | undefined;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

/** What a request says of its session (`fetch-session.ts`). */
export interface InSession {
  readonly session: { readonly id: number; readonly epoch: number };
  /** Of which the broker does not know yet. */
  readonly topics: FetchBody['topics'];
  /** No longer fetched. */
  readonly forgotten: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}
/** No session. */
export const outside = { id: 0, epoch: -1 };

const consumer = -1;
const unknown = -1;
const committedOnly = 1;
const headBytes = 40;
const partitionBytes = 28;
const topicBytes = 80;

export const fetchBytes = ({ topics, forgotten }: Pick<InSession, 'topics' | 'forgotten'>): number =>
  [...topics, ...forgotten].reduce(
    (bytes, { partitions }) => bytes + topicBytes + partitions.length * partitionBytes,
    headBytes,
  );

/** `said`: of the body's partitions what is new in a session; all of them when there is none. */
export function writeFetch(
  to: ByteWriter,
  { maxWaitTime, minBytes, maxBytes, isolationLevel, rackId, topics: all }: FetchBody,
  { session, topics, forgotten }: InSession = { session: outside, topics: all, forgotten: [] },
): void {
  to.int32(consumer);
  to.int32(maxWaitTime);
  to.int32(minBytes);
  to.int32(maxBytes);
  to.int8(isolationLevel ?? committedOnly);
  to.int32(session.id);
  to.int32(session.epoch);
  to.int32(topics.length);
  for (const { topic, partitions } of topics) {
    to.string(topic);
    to.int32(partitions.length);
    for (const { partition, fetchOffset, maxBytes: most } of partitions) {
      to.int32(partition);
      to.int32(unknown);
      to.int64(Number(fetchOffset));
      to.int64(unknown);
      to.int32(most);
    }
  }
  to.int32(forgotten.length);
  for (const { topic, partitions } of forgotten) {
    to.string(topic);
    to.int32(partitions.length);
    for (const partition of partitions) to.int32(partition);
  }
  to.string(rackId ?? '');
}
