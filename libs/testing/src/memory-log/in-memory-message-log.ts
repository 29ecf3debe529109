/**
 * A `MessageLog` in memory, for specs and the simulator.
 * Promises: no timers and no chance of its own; time is the clock's, and every delivery goes through `schedule`, so that whoever runs it decides the order.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import {
  partitionOf,
  refuseLargeRecords,
  type Clock,
  type CommittedPosition,
  type GroupMembership,
  type GroupOptions,
  type MessageLog,
  type Position,
  type StartFrom,
  type Tail,
  type TailOptions,
  type TopicPartition,
} from '@waybill/messaging';
import { MemoryFeed, type Schedule } from './memory-feed.ts';
import { MemoryGroup, type GroupParts } from './memory-group.ts';
import type { MemoryMember } from './memory-member.ts';
import { MemoryPartition } from './memory-partition.ts';

export interface InMemoryLogOptions {
  readonly clock: Clock;
  /** Default: a microtask. */
  readonly schedule?: Schedule;
  /** Of each topic; default 4. */
  readonly partitions?: number | ((topic: string) => number);
  /** Records in one delivery; default 500. */
  readonly maxBatch?: number;
  /** The first rest after a rejection; default 100. */
  readonly backoffMs?: number;
  /** Answers how many of the messages are written before `append` rejects with `log_unavailable`; undefined: all is well. */
  readonly faultOfAppend?: (messages: readonly OutgoingMessage[]) => number | undefined;
}

/** What outlives the process that reads and writes it. */
interface Disk {
  readonly topics: Map<string, readonly MemoryPartition[]>;
  /** By group, then by partition. */
  readonly committed: Map<string, Map<string, CommittedPosition>>;
}

export class InMemoryMessageLog implements MessageLog {
  readonly #options: Required<InMemoryLogOptions>;
  readonly #disk: Disk;
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #tails = new Set<Tail>();

  constructor(options: InMemoryLogOptions, disk: Disk = { topics: new Map(), committed: new Map() }) {
    this.#disk = disk;
    const faultOfAppend = (): undefined => undefined;
    this.#options = {
      schedule: queueMicrotask,
      partitions: 4,
      maxBatch: 500,
      backoffMs: 100,
      faultOfAppend,
      ...options,
    };
  }

  // eslint-disable-next-line typescript/require-await -- rejects, never throws
  async append(messages: readonly OutgoingMessage[]): Promise<readonly Position[]> {
    refuseLargeRecords(messages);
    const written = this.#options.faultOfAppend(messages);
    const now = this.#options.clock.now();
    const places = messages.map((message) => this.#placeOf(message));
    const positions = messages.slice(0, written).map((message, index) => {
      const { topic, partition } = places[index]!;
      return { topic, partition, offset: places[index]!.append(message, now) };
    });
    if (written !== undefined) throw new PlatformError('log_unavailable');
    return positions;
  }

  partitions(topic: string): Promise<number> {
    return Promise.resolve(this.#topic(topic).length);
  }

  endOffsets(topic: string): Promise<readonly number[]> {
    return Promise.resolve(this.#topic(topic).map(({ end }) => end));
  }

  // eslint-disable-next-line typescript/require-await -- rejects, never throws
  async join(options: GroupOptions): Promise<GroupMembership> {
    let group = this.#groups.get(options.group);
    if (!group) this.#groups.set(options.group, (group = new MemoryGroup(this.#parts(options.group))));
    return group.join(options);
  }

  // eslint-disable-next-line typescript/require-await -- rejects, never throws
  async tail(options: TailOptions): Promise<Tail> {
    const feeds = options.topics.flatMap((topic) =>
      this.#topic(topic).map((partition) => this.#tailFeed(partition, options)),
    );
    const tail = {
      close: async () => {
        this.#tails.delete(tail);
        await Promise.all(feeds.map((feed) => feed.stop()));
      },
    };
    this.#tails.add(tail);
    return tail;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tails].map((tail) => tail.close()));
    await Promise.all([...this.#groups.values()].map((group) => group.leaveAll()));
  }

  /** Another process over the same records and positions, after this one was closed. */
  async reopen(): Promise<InMemoryMessageLog> {
    await this.close();
    return new InMemoryMessageLog(this.#options, this.#disk);
  }

  /** For specs: the member is thrown out as after a session time-out; others have its partitions before it is told. */
  async expel(membership: GroupMembership): Promise<void> {
    const member = membership as MemoryMember;
    for (const group of this.#groups.values()) if (group.has(member)) await group.expel(member);
  }

  /** For specs: everything of a topic, partition by partition. */
  recordsOf(topic: string): ReturnType<MemoryPartition['read']> {
    return this.#topic(topic).flatMap((partition) => partition.read(0, partition.end));
  }

  /** For specs: an offset without a record. */
  leaveHole(of: TopicPartition): void {
    this.#partition(of).leaveHole();
  }

  /** For specs: what retention has dropped. */
  truncateBefore(position: Position): void {
    this.#partition(position).truncateBefore(position.offset);
  }

  #parts(group: string): GroupParts {
    const committed = this.#disk.committed.get(group) ?? new Map<string, CommittedPosition>();
    this.#disk.committed.set(group, committed);
    return {
      ...this.#options,
      committed,
      partitions: (topic: string) => this.#topic(topic).length,
      partition: (of: TopicPartition) => this.#partition(of),
    };
  }

  #topic(name: string): readonly MemoryPartition[] {
    const known = this.#disk.topics.get(name);
    if (known) return known;
    const { partitions } = this.#options;
    const count = typeof partitions === 'number' ? partitions : partitions(name);
    const topic = Array.from({ length: count }, (_, partition) => new MemoryPartition(name, partition));
    this.#disk.topics.set(name, topic);
    return topic;
  }

  #partition({ topic, partition }: TopicPartition): MemoryPartition {
    const found = this.#topic(topic)[partition];
    if (!found) throw new PlatformError('invalid_request', { detail: `Topic ${topic} has no partition ${partition}.` });
    return found;
  }

  #placeOf({ topic, key, partition }: OutgoingMessage): MemoryPartition {
    return this.#partition({ topic, partition: partition ?? partitionOf(key, this.#topic(topic).length) });
  }

  #tailFeed(partition: MemoryPartition, options: TailOptions): MemoryFeed {
    const { clock, backoffMs } = this.#options;
    const feed: MemoryFeed = new MemoryFeed({
      ...this.#options,
      partition,
      from: startOf(partition, options.from),
      deliver: (batch) => options.onRecords(batch),
      onRejected: (_error, batch) =>
        clock.after(backoffMs, () => feed.rewind(batch.records[0]?.offset ?? batch.nextOffset)),
    });
    return feed;
  }
}

function startOf(partition: MemoryPartition, from: StartFrom | ReadonlyMap<string, readonly number[]>): number {
  if (from === 'start') return 0;
  if (from === 'end') return partition.end;
  return Math.min(from.get(partition.topic)?.[partition.partition] ?? 0, partition.end);
}
