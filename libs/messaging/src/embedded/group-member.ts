/** One membership: reads the shares that its group gives it, and commits positions for them. */
import { PlatformError } from '@waybill/contracts';
import type {
  Claim,
  CommittedPosition,
  GroupMembership,
  GroupOptions,
  Position,
  TopicPartition,
} from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { BatchTable } from './batch-table.ts';
import type { CommittedPositions } from './committed-positions.ts';
import type { Deliveries } from './deliveries.ts';
import type { Held, ShareMember } from './group-share.ts';
import type { LogPartition } from './log-partition.ts';
import { PartitionReader } from './partition-reader.ts';

export interface MemberParts {
  readonly table: BatchTable;
  readonly deliveries: Deliveries;
  readonly positions: CommittedPositions;
  partition(of: TopicPartition): LogPartition;
  /** Positions changed: they are to be written soon. */
  onCommit(): void;
}

const metadataBytes = 4096;

export class GroupMember implements GroupMembership, ShareMember {
  readonly options: GroupOptions;
  readonly #parts: MemberParts;
  readonly #leave: (member: GroupMember) => Promise<void>;
  /** What is this member's, from before `onAssigned` until after `onRevoked`; the reader while there is one. */
  readonly #mine = new Map<string, PartitionReader | undefined>();
  readonly #paused = new Set<string>();
  /** Of the share that it came with. */
  readonly #failures = new Map<string, (error: unknown) => void>();

  constructor(options: GroupOptions, parts: MemberParts, leave: (member: GroupMember) => Promise<void>) {
    this.options = options;
    this.#parts = parts;
    this.#leave = leave;
  }

  async assign(
    partitions: readonly TopicPartition[],
    onFailure: (error: unknown) => void,
    onDelivered: () => void,
  ): Promise<Held> {
    for (const one of partitions) {
      this.#mine.set(nameOf(one), undefined);
      this.#failures.set(nameOf(one), onFailure);
    }
    let positions: readonly Position[];
    try {
      positions = await this.options.onAssigned(partitions.map((one) => this.#claim(one)));
    } catch (error) {
      this.#forget(partitions);
      throw error;
    }
    const readers = partitions.map((one) => {
      const name = nameOf(one);
      const reader = new PartitionReader({
        partition: this.#parts.partition(one),
        table: this.#parts.table,
        deliveries: this.#parts.deliveries,
        from: this.#startOf(one, positions),
        paused: this.#paused.has(name),
        onRecords: (batch) => this.options.onRecords(batch),
        onFailure,
        onDelivered,
      });
      this.#mine.set(name, reader);
      return reader;
    });
    return {
      stop: async () => {
        await Promise.all(readers.map((reader) => reader.stop()));
      },
    };
  }

  async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    try {
      await this.options.onRevoked(partitions);
    } finally {
      this.#forget(partitions);
    }
  }

  /** Of partitions that are another's by now nothing is taken: it would set back who reads them. */
  commit(positions: readonly CommittedPosition[]): Promise<void> {
    for (const { metadata = '', topic } of positions) {
      if (Buffer.byteLength(metadata) <= metadataBytes) continue;
      const detail = `The metadata of a position of group ${this.options.group} in ${topic} is over ${String(metadataBytes)} bytes.`;
      return Promise.reject(new PlatformError('payload_too_large', { detail }));
    }
    for (const position of positions) {
      if (this.#mine.has(nameOf(position))) this.#parts.positions.set(this.options.group, position);
    }
    this.#parts.onCommit();
    return Promise.resolve();
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(nameOf)) {
      if (!this.#mine.has(name)) continue;
      this.#paused.add(name);
      this.#mine.get(name)?.pause();
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(nameOf)) {
      this.#paused.delete(name);
      this.#mine.get(name)?.resume();
    }
  }

  giveBack(partitions: readonly TopicPartition[], why: Error): void {
    for (const fail of new Set(partitions.map((one) => this.#failures.get(nameOf(one))))) fail?.(why);
  }

  /** Not to be awaited inside of its own handlers. */
  leave(): Promise<void> {
    return this.#leave(this);
  }

  #claim({ topic, partition }: TopicPartition): Claim {
    const committed = this.#parts.positions.find(this.options.group, topic, partition);
    return committed ? { topic, partition, committed } : { topic, partition };
  }

  /**
   * What was dropped since is passed over. A position beyond the end is answered by what the group says of partitions without one; on Kafka it is refused
   * instead (decision 11): here log and positions are one file, so what lies beyond it is of another log.
   */
  #startOf(of: TopicPartition, positions: readonly Position[]): number {
    const { start, end } = this.#parts.partition(of);
    const given = positions.find(({ topic, partition }) => topic === of.topic && partition === of.partition);
    const offset = given?.offset ?? this.#parts.positions.find(this.options.group, of.topic, of.partition)?.offset;
    if (offset === undefined || offset > end) return this.options.from === 'start' ? start : end;
    return Math.max(start, offset);
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(nameOf)) {
      this.#mine.delete(name);
      this.#paused.delete(name);
      this.#failures.delete(name);
    }
  }
}
