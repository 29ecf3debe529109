/** Owners of partition numbers over one log and one table of fence rows in memory, for specs. */
import type { OutgoingMessage } from '@waybill/contracts';
import {
  OwnedPartitionConsumer,
  type OwnedPartitionOptions,
  type PartitionBatch,
  type TopicOffsets,
} from '@waybill/messaging';
import { InMemoryMessageLog } from './in-memory-message-log.ts';
import { ManualClock } from './manual-clock.ts';
import { record } from './records.ts';

/** One member: what it took, committed and released. */
export class OwnerInMemory {
  readonly batches: PartitionBatch[] = [];
  readonly taken: number[] = [];
  readonly released: number[] = [];
  readonly epochs = new Map<number, number>();
  readonly consumer: OwnedPartitionConsumer;

  constructor(
    private readonly rows: OwnersInMemory['rows'],
    options: Omit<OwnedPartitionOptions, 'take' | 'onBatch'> & Partial<OwnedPartitionOptions>,
  ) {
    this.consumer = new OwnedPartitionConsumer({
      take: (partition) => Promise.resolve(this.take(partition)),
      onBatch: (batch) => Promise.resolve(this.commit(batch)),
      release: (partition) => Promise.resolve(void this.released.push(partition)),
      ...options,
    });
  }

  readonly take = (partition: number): TopicOffsets => {
    const row = this.rows.get(partition) ?? { epoch: 0, offsets: { requests: 0, results: 0 } };
    this.rows.set(partition, { ...row, epoch: row.epoch + 1 });
    this.epochs.set(partition, row.epoch + 1);
    this.taken.push(partition);
    return row.offsets;
  };

  /** Throws when somebody else has taken the number since. */
  readonly commit = (batch: PartitionBatch): void => {
    const row = this.rows.get(batch.partition)!;
    if (row.epoch !== this.epochs.get(batch.partition)) throw new Error('fenced');
    this.rows.set(batch.partition, { ...row, offsets: batch.offsets });
    this.batches.push(batch);
  };
}

export interface OwnersInMemory {
  readonly clock: ManualClock;
  readonly log: InMemoryMessageLog;
  /** Who took a number last, and where it stands. */
  readonly rows: Map<number, { readonly epoch: number; readonly offsets: TopicOffsets }>;
  readonly start: (options?: Partial<OwnedPartitionOptions>) => Promise<OwnerInMemory>;
  readonly close: () => Promise<void>;
}

export function ownersInMemory(topics: readonly string[], partitions: number): OwnersInMemory {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions });
  const rows: OwnersInMemory['rows'] = new Map();
  const owners: OwnerInMemory[] = [];
  const start = async (options: Partial<OwnedPartitionOptions> = {}): Promise<OwnerInMemory> => {
    const owner = new OwnerInMemory(rows, { log, clock, random: () => 0.5, group: 'owners', topics, ...options });
    owners.push(owner);
    await owner.consumer.start();
    return owner;
  };
  return {
    clock,
    log,
    rows,
    start,
    close: () => Promise.all(owners.map(({ consumer }) => consumer.close())).then(() => undefined),
  };
}

/** Records whose values count up, over that many keys. */
export const numbered = (topic: string, count: number, keys = 1, first = 0): OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => record(topic, `k${(first + index) % keys}`, first + index));

export const valuesOf = (batches: readonly PartitionBatch[]): string[] =>
  batches.flatMap(({ records }) => records.map(({ value }) => String(value)));
