/**
 * A member of a consumer group. Every rebalance takes all partitions away and gives the new ones: Kafka's client forgets its positions with it too.
 * Promise: what the port says of a group (`held-partitions.ts` keeps it for what is held together).
 */
import type { Consumer, Kafka } from 'kafkajs';
import type { CommittedPosition, GroupMembership, GroupOptions, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { Cluster } from './cluster.ts';
import { assignByNumber } from './co-partitioning.ts';
import { fetchingConsumer, heartbeatMsOf, keepRunning } from './fetching.ts';
import { HeldPartitions, type Fetching } from './held-partitions.ts';
import { unavailable } from './kafka-errors.ts';
import { Beginnings, claimsOf } from './positions.ts';

export interface MemberOptions {
  readonly kafka: Kafka;
  readonly cluster: Cluster;
  readonly sessionTimeoutMs: number;
  /** Of all its topics. */
  readonly partitionCount: number;
  onTrouble(error: unknown): void;
  onEnd(member: KafkaMember): void;
}

export class KafkaMember implements GroupMembership {
  private readonly consumer: Consumer;
  private held = new Map<string, HeldPartitions>();
  /** Of the newest assignment. */
  private beginnings: Beginnings;
  /** Revoking and assigning, one after the other. */
  private changing: Promise<void> = Promise.resolve();
  private leaving: Promise<void> | undefined;
  /** Or left before that. */
  private readonly joined = Promise.withResolvers<void>();

  constructor(
    private readonly group: GroupOptions,
    private readonly options: MemberOptions,
  ) {
    this.beginnings = this.beginningsAnew();
    this.consumer = fetchingConsumer({
      ...options,
      groupId: group.group,
      assigners: [assignByNumber],
    });
  }

  /** Resolves when the group has taken it in, or when it was left before that. */
  async start(): Promise<void> {
    const { consumer } = this;
    const { topics, from } = this.group;
    const { GROUP_JOIN, REBALANCING, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => this.assigned(payload.memberAssignment));
    consumer.on(REBALANCING, () => void this.revokeAll());
    consumer.on(CRASH, () => void this.revokeAll());
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'start' });
      await keepRunning(consumer, {
        heartbeatMs: heartbeatMsOf(this.options.sessionTimeoutMs),
        partitionCount: this.options.partitionCount,
        gatherMs: this.group.gatherMs,
        isClosing: () => this.leaving !== undefined,
        onTrouble: (error) => this.options.onTrouble(error),
        deliver: (fetched, isStale) =>
          this.held.get(nameOf(fetched))?.deliver(fetched, isStale) ?? Promise.resolve(false),
      });
    } catch (error) {
      throw unavailable(`let ${this.group.group} join`, error);
    }
    await this.joined.promise;
  }

  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    if (positions.length === 0) return;
    try {
      await this.consumer.commitOffsets(
        positions.map(({ topic, partition, offset, metadata }) => ({
          topic,
          partition,
          offset: String(offset),
          ...(metadata === undefined ? {} : { metadata }),
        })),
      );
    } catch (error) {
      throw unavailable(`take the positions of ${this.group.group}`, error);
    }
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.held.get(nameOf(partition))?.pause(partition);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.held.get(nameOf(partition))?.resume(partition);
  }

  giveBack(partitions: readonly TopicPartition[], why: Error): void {
    for (const held of new Set(partitions.map((one) => this.held.get(nameOf(one))))) void held?.fail(why);
  }

  leave(): Promise<void> {
    this.leaving ??= this.end();
    return this.leaving;
  }

  /** Handed back before the group is left, so that the next owner finds nothing half done. */
  private async end(): Promise<void> {
    await this.revokeAll();
    await this.consumer.stop().catch((error: unknown) => this.options.onTrouble(error));
    await this.consumer.disconnect().catch((error: unknown) => this.options.onTrouble(error));
    this.joined.resolve();
    this.options.onEnd(this);
  }

  private assigned(assignment: Readonly<Record<string, readonly number[]>>): void {
    void this.revokeAll();
    this.joined.resolve();
    if (this.leaving) return;
    const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.beginnings = this.beginningsAnew();
    // A new assignment begins unpaused.
    this.consumer.resume(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] })));
    const together = Map.groupBy(partitions, ({ topic, partition }) =>
      this.group.coPartitioned ? String(partition) : `${topic}/${partition}`,
    );
    const all = [...together.values()].map((each) => new HeldPartitions(each, this.group, this.fetching));
    for (const one of all) for (const partition of one.partitions) this.held.set(nameOf(partition), one);
    this.changing = this.changing.then(() => void this.assignAll(all, partitions));
  }

  /** One question for all positions, for whose answer nothing else waits: what was revoked meanwhile is not assigned. */
  private async assignAll(all: readonly HeldPartitions[], partitions: readonly TopicPartition[]): Promise<void> {
    const claims = await this.fetching.claims(partitions).catch((error: unknown) => this.options.onTrouble(error));
    for (const one of all) {
      const own = one.partitions.map(nameOf);
      void one.assign(claims?.filter((claim) => own.includes(nameOf(claim))));
    }
  }

  private beginningsAnew(): Beginnings {
    return new Beginnings(this.options.cluster, this.group.from);
  }

  private revokeAll(): Promise<void> {
    const all = new Set(this.held.values());
    this.held = new Map();
    const revoked = [...all].map((one) => one.revoke());
    this.changing = this.changing.then(() => Promise.all(revoked)).then(() => {});
    return this.changing;
  }

  /** A client that is breaking down takes nothing in; what it holds is revoked in a moment. */
  private tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.options.onTrouble(error);
    }
  }

  private readonly fetching: Fetching = {
    beginning: (partition, known) => this.beginnings.of(partition, known),
    claims: (partitions) => claimsOf(this.options.cluster, this.group.group, partitions),
    seek: ({ topic, partition, offset }) => this.consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (partitions) =>
      this.tell(() =>
        this.consumer.pause(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
      ),
    resume: (partitions) =>
      this.tell(() =>
        this.consumer.resume(partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))),
      ),
    onTrouble: (error) => this.options.onTrouble(error),
  };
}
