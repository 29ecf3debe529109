/**
 * The port of the log: topics of partitions of records, as Kafka has them.
 *
 * Promises of every adapter
 * - Records of one key keep their order; offsets of a partition grow (a log may leave holes, Kafka's transaction markers do).
 * - `append` resolves once the records are durable. Nobody sees a record before that. When it rejects with `log_unavailable` some, all or none may be there: the caller may send the same records again.
 * - Delivery is at least once. For one partition `onRecords` is called again only after the promise it returned has settled.
 * - Within a group each partition has one member at a time, as far as the group knows: a frozen member may still believe that it owns one, so owners fence their writes.
 */
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
export interface Position extends TopicPartition {
  readonly offset: number;
}
/** `offset` is the next one to read. `metadata` is the committer's own, at most 4 KiB. */
export interface CommittedPosition extends Position {
  readonly metadata?: string;
}

/** In offset order; `nextOffset` is where reading goes on after them. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly IncomingMessage[];
  readonly nextOffset: number;
}

export type StartFrom = 'start' | 'end';

export interface GroupOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** True: a member that has partition n of one topic has n of all of them, and the handler gets n's assignment as one call. The topics must have equally many partitions. */
  readonly coPartitioned: boolean;
  /** Where a partition begins of which neither the group nor `onAssigned` knows a position. */
  readonly from: StartFrom;
  /** Records may be handed over this much later, ms, so that more come at once; absent: as soon as they are there. */
  readonly gatherMs?: number;
  /**
   * Called before anything of these partitions is delivered. What it returns is where reading begins; what it leaves out begins at the committed position.
   * When it rejects it is called again after a back-off.
   */
  onAssigned(claims: readonly Claim[]): Promise<readonly Position[]>;
  /** The partitions are no longer this member's. Called once for each assignment, after a running `onRecords` has settled where the group's time-out allows. */
  onRevoked(claims: readonly TopicPartition[]): Promise<void>;
  /**
   * When it rejects the partition (with all of its number when co-partitioned) is revoked and, after a back-off, assigned anew. A batch without
   * records says where reading goes on, as nothing is left before that.
   */
  onRecords(batch: RecordBatch): Promise<void> | void;
}
export interface Claim extends TopicPartition {
  readonly committed?: CommittedPosition;
}

export interface GroupMembership {
  /** Moves the group's positions. A hint that may be lost with a crash; resolves once the log has taken it. */
  commit(positions: readonly CommittedPosition[]): Promise<void>;
  /** Nothing more of these partitions is delivered until `resume`; what is under way is finished. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** As if `onRecords` had rejected: revoked and, after a back-off, assigned anew. For who has to go back below what was delivered. */
  giveBack(partitions: readonly TopicPartition[], why: Error): void;
  /** Revokes what is held, hands it over politely, and ends. */
  leave(): Promise<void>;
}

export interface TailOptions {
  readonly topics: readonly string[];
  /** `start`, `end`, or the next offset to read by topic and partition (what is left out begins at the start). */
  readonly from: StartFrom | ReadonlyMap<string, readonly number[]>;
  /** When it rejects the batch is delivered again after a back-off. One without records says where reading goes on, as nothing is left before that. */
  onRecords(batch: RecordBatch): Promise<void> | void;
}
export interface Tail {
  close(): Promise<void>;
}

export interface MessageLog {
  /** Answers the position of each record, in their order. Throws `payload_too_large` before anything is written when one is over the hard limit. */
  append(messages: readonly OutgoingMessage[]): Promise<readonly Position[]>;
  /** Number of partitions; a topic that does not exist yet is made as its spec says. */
  partitions(topic: string): Promise<number>;
  /** The offset that the next record of each partition will have. */
  endOffsets(topic: string): Promise<readonly number[]>;
  join(options: GroupOptions): Promise<GroupMembership>;
  /** Reads all partitions without a group. Resolves when the start is fixed: what is appended after that is delivered. */
  tail(options: TailOptions): Promise<Tail>;
  /** Ends memberships and tails; appends under way are finished, or rejected where nothing answers in time: what they were to write may be there all the same. */
  close(): Promise<void>;
}
