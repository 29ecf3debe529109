/**
 * A member of a consumer group, and what it reads as one. Every rebalance takes all partitions away and gives the new ones.
 * Promise: what the port says of a group (`held-partitions.ts` keeps it for what is held together).
 */
import type { Assignment } from 'kafkajs';
import { Pause } from '../back-off.ts';
import type { CommittedPosition, GroupMembership, GroupOptions, Position, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { ClientCluster } from './client/client-cluster.ts';
import type { GroupCluster } from './client/group-cluster.ts';
import type { Cluster } from './cluster.ts';
import { Membership } from './group/membership.ts';
import { HeldPartitions, type Fetching } from './reading/held-partitions.ts';
import { sessionRefused, unavailable } from './kafka-errors.ts';
import { Beginnings, beyondEnd, boundsOfOne } from './reading/positions.ts';
import { Reader } from './reading/reader.ts';

export interface MemberOptions {
  /** For questions. */
  readonly cluster: Cluster;
  /** Its own, for what it reads. */
  readonly brokers: ClientCluster;
  /** Its own, for what it asks as a member. */
  readonly coordination: GroupCluster;
  readonly sessionTimeoutMs: number;
  onTrouble(error: unknown): void;
  onEnd(member: KafkaMember): void;
}

export class KafkaMember implements GroupMembership {
  private readonly membership: Membership;
  private readonly reader: Reader;
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
    this.joined.promise.catch(() => {}); // told by `start`
    this.beginnings = this.beginningsAnew();
    this.membership = new Membership({
      cluster: options.coordination,
      groupId: group.group,
      topics: group.topics,
      sessionTimeoutMs: options.sessionTimeoutMs,
      onAssigned: (assignment) => this.assigned(assignment),
      onHandBack: () => this.handBack(),
      onTrouble: (error) => this.troubled(error),
    });
    this.reader = new Reader({
      cluster: options.brokers,
      gatherMs: group.gatherMs,
      deliver: async (fetched) => (await this.held.get(nameOf(fetched))?.deliver(fetched)) ?? false,
      outOfRange: (position) => this.outOfRange(position),
      onTrouble: (error) => options.onTrouble(error),
    });
  }

  /** Resolves when the group has taken it in, or when it was left before that. Throws `invalid_configuration` where the group never will. */
  async start(): Promise<void> {
    try {
      this.reader.prepare(this.group.topics);
      await this.membership.begin();
      await this.joined.promise;
    } catch (error) {
      await this.leave(); // nobody else can
      throw unavailable(`let ${this.group.group} join`, error);
    }
  }

  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    if (positions.length === 0) return;
    try {
      await this.membership.commit(positions);
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
    const closed = this.reader.close();
    await this.revokeAll();
    // A coordinator that has not answered for a session gives the partitions to others anyway.
    const session = new Pause();
    await Promise.race([this.membership.leave(), session.wait(this.options.sessionTimeoutMs)]);
    session.cut();
    await closed;
    this.joined.resolve();
    this.options.onEnd(this);
  }

  private troubled(error: unknown): void {
    this.options.onTrouble(error);
    const refused = sessionRefused(error as Error);
    if (refused) this.joined.reject(refused);
  }

  private assigned(assignment: Assignment): void {
    this.joined.resolve();
    if (this.leaving) return;
    const partitions = Object.entries(assignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.beginnings = this.beginningsAnew();
    this.reader.prepare(this.group.topics); // what is known may be minutes old, and some of it frozen since
    const together = Map.groupBy(partitions, ({ topic, partition }) =>
      this.group.coPartitioned ? String(partition) : `${topic}/${partition}`,
    );
    const all = [...together.values()].map((each) => new HeldPartitions(each, this.group, this.fetching));
    for (const one of all) for (const partition of one.partitions) this.held.set(nameOf(partition), one);
    this.changing = this.changing.then(() => void this.assignAll(all, partitions));
  }

  /** One question for all positions, for whose answer nothing else waits: what was revoked meanwhile is not assigned. */
  private async assignAll(all: readonly HeldPartitions[], partitions: readonly TopicPartition[]): Promise<void> {
    const isHeld = (one: HeldPartitions): boolean => this.held.get(nameOf(one.partitions[0]!)) === one;
    const claims = await this.fetching.claims(partitions).catch((error: unknown) => {
      if (all.some(isHeld)) this.options.onTrouble(error);
    });
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

  private async handBack(): Promise<void> {
    void this.revokeAll();
    await this.reader.handled();
  }

  /** Reading goes on from the oldest record that is left; what lies beyond the end is refused, as where reading begins. */
  private async outOfRange(position: Position): Promise<number | undefined> {
    const { start, end } = await boundsOfOne(this.options.cluster, position);
    if (position.offset <= end) return Math.max(start, position.offset);
    void this.held.get(nameOf(position))?.fail(beyondEnd(position, end));
    return undefined;
  }

  private readonly fetching: Fetching = {
    beginning: (partition, known) => this.beginnings.of(partition, known),
    claims: (partitions) => this.membership.committed(partitions),
    read: (position) => this.reader.read([position]),
    drop: (partitions) => this.reader.drop(partitions),
    pause: (partitions) => this.reader.pause(partitions),
    resume: (partitions) => this.reader.resume(partitions),
    onTrouble: (error) => this.options.onTrouble(error),
  };
}
