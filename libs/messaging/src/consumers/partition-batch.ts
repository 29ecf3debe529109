/** What the owner of a partition number gives and gets. */
import type { IncomingMessage } from '@waybill/contracts';
import type { Backoff } from './backoff.ts';
import type { ConsumerOptions } from './consumer-options.ts';

/** The next offset by topic. */
export type TopicOffsets = Readonly<Record<string, number>>;

export interface PartitionBatch {
  readonly partition: number;
  /** Of one topic in offset order; topics as they came in. May be empty when `due`. */
  readonly records: readonly IncomingMessage[];
  /** Where each topic goes on after this batch. */
  readonly offsets: TopicOffsets;
  /** `wake` was called since the last batch. */
  readonly due: boolean;
}

export interface PartitionTuning {
  /** Per batch; default 2,000. */
  readonly maxRecords?: number;
  /** Gathered per number before deliveries are held back; default 10,000. */
  readonly maxGathered?: number;
  readonly backoff?: Backoff;
  /**
   * The least back-off after `fenced`; default 10 s. Longer than the group's session time-out: a member that was frozen
   * learns that the number is another's before it would take it back.
   */
  readonly fencedMs?: number;
  /** How long a revocation or `close` waits for a running batch; default 10 s. */
  readonly drainMs?: number;
  /** Between two commits of group positions; default 250 ms. */
  readonly commitEveryMs?: number;
}

export interface OwnedPartitionOptions extends ConsumerOptions, PartitionTuning {
  readonly group: string;
  readonly topics: readonly string[];
  /** Becomes the owner and answers where reading begins; a topic left out begins at the group's position. */
  take(partition: number): Promise<TopicOffsets>;
  onBatch(batch: PartitionBatch): Promise<void>;
  release?(partition: number): Promise<void>;
}
