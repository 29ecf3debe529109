/** One member of a group in memory. */
import { PlatformError } from '@waybill/contracts';
import type {
  Clock,
  CommittedPosition,
  GroupMembership,
  GroupOptions,
  Position,
  TopicPartition,
} from '@waybill/messaging';
import { MemoryFeed, type Schedule } from './memory-feed.ts';
import type { MemoryPartition } from './memory-partition.ts';
import type { MemoryShare, ShareMember } from './memory-share.ts';

export interface MemberParts {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly maxBatch: number;
  readonly backoffMs: number;
  readonly committed: Map<string, CommittedPosition>;
  partition(of: TopicPartition): MemoryPartition;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
const maxMetadataBytes = 4_096;

export class MemoryMember implements GroupMembership, ShareMember {
  /** What is this member's, from before `onAssigned` until after `onRevoked`; the feed while there is one. */
  readonly #mine = new Map<string, MemoryFeed | undefined>();
  readonly #paused = new Set<string>();
  readonly #rests = new Map<MemoryShare, () => void>();
  readonly #failures = new Map<MemoryShare, number>();
  readonly #shares = new Map<string, MemoryShare>();

  constructor(
    readonly options: GroupOptions,
    private readonly parts: MemberParts,
    private readonly onLeave: () => Promise<void>,
  ) {}

  async assign(share: MemoryShare): Promise<boolean> {
    for (const one of share.partitions) {
      this.#mine.set(nameOf(one), undefined);
      this.#shares.set(nameOf(one), share);
    }
    let positions: readonly Position[];
    try {
      positions = await this.options.onAssigned(share.partitions.map((one) => ({ ...one, ...this.#committed(one) })));
    } catch {
      this.#fail(share);
      this.#forget(share.partitions);
      return false;
    }
    for (const one of share.partitions)
      if (this.#mine.has(nameOf(one))) this.#mine.set(nameOf(one), this.#feed(share, one, positions));
    return true;
  }

  async revoke(share: MemoryShare): Promise<void> {
    await Promise.all(share.partitions.map((one) => this.#mine.get(nameOf(one))?.stop() ?? Promise.resolve()));
    await this.lose(share);
  }

  /** Told without waiting for what is under way. */
  async lose(share: MemoryShare): Promise<void> {
    for (const one of share.partitions) void this.#mine.get(nameOf(one))?.stop();
    await this.options.onRevoked(share.partitions).catch(() => undefined);
    this.#forget(share.partitions);
  }

  /** Of partitions that are another's by now nothing is taken. */
  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    if (positions.some(({ metadata }) => metadata !== undefined && Buffer.byteLength(metadata) > maxMetadataBytes)) {
      throw new PlatformError('payload_too_large', {
        detail: `The metadata of a position of ${this.options.group} is too long.`,
      });
    }
    for (const position of positions) {
      if (this.#mine.has(nameOf(position))) this.parts.committed.set(nameOf(position), position);
    }
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

  giveBack(partitions: readonly TopicPartition[]): void {
    for (const share of new Set(partitions.map((one) => this.#shares.get(nameOf(one))))) if (share) this.#reject(share);
  }

  leave(): Promise<void> {
    return this.onLeave();
  }

  async rest(share: MemoryShare): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const delayMs = this.parts.backoffMs * 2 ** Math.min(6, (this.#failures.get(share) ?? 1) - 1);
    const cancel = this.parts.clock.after(delayMs, resolve);
    this.#rests.set(share, resolve);
    await promise;
    cancel();
    this.#rests.delete(share);
  }

  stopWaiting(share: MemoryShare): void {
    this.#rests.get(share)?.();
  }

  #feed(share: MemoryShare, of: TopicPartition, positions: readonly Position[]): MemoryFeed {
    const partition = this.parts.partition(of);
    const name = nameOf(of);
    const given =
      positions.find((position) => nameOf(position) === name)?.offset ?? this.parts.committed.get(name)?.offset;
    const otherwise = this.options.from === 'start' ? 0 : partition.end;
    const feed = new MemoryFeed({
      ...this.parts,
      partition,
      from: given === undefined || given > partition.end ? otherwise : given,
      deliver: (batch) => this.options.onRecords(batch),
      onAccepted: () => this.#failures.delete(share),
      onRejected: () => this.#reject(share),
    });
    if (this.#paused.has(name)) feed.pause();
    return feed;
  }

  #reject(share: MemoryShare): void {
    this.#fail(share);
    share.reject();
  }

  #fail(share: MemoryShare): void {
    this.#failures.set(share, (this.#failures.get(share) ?? 0) + 1);
  }

  #committed(of: TopicPartition): { committed?: CommittedPosition } {
    const committed = this.parts.committed.get(nameOf(of));
    return committed ? { committed } : {};
  }

  #forget(partitions: readonly TopicPartition[]): void {
    for (const name of partitions.map(nameOf)) {
      this.#mine.delete(name);
      this.#paused.delete(name);
      this.#shares.delete(name);
    }
  }
}
