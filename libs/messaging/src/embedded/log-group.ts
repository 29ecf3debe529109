/** A group: its members are all in this process, so its coordinator is one object that sees who joins and leaves. */
import type { GroupOptions, TopicPartition } from '../message-log.ts';
import { refuseUnequal, unusableGroup } from '../topic-partitions.ts';
import { assignShares } from './group-assignment.ts';
import { GroupMember, type MemberParts } from './group-member.ts';
import { GroupShare, type ShareTimes } from './group-share.ts';

export interface GroupParts extends MemberParts, ShareTimes {
  partitionCount(topic: string): number;
  readonly onError: (error: unknown) => void;
}

export class LogGroup {
  readonly #parts: GroupParts;
  readonly #members: GroupMember[] = [];
  readonly #shares = new Map<string, GroupShare<GroupMember>>();
  #armed = false;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  /** Throws `invalid_configuration` when the topics cannot be read together. */
  join(options: GroupOptions): GroupMember {
    this.#refuseMisfit(options);
    const member = new GroupMember(options, this.#parts, (one) => this.#leave(one));
    this.#members.push(member);
    for (const [key, partitions] of this.#sharesOf(options)) {
      if (!this.#shares.has(key)) this.#shares.set(key, new GroupShare(partitions, this.#parts, this.#parts.onError));
    }
    this.#rebalanceSoon();
    return member;
  }

  async leaveAll(): Promise<void> {
    await Promise.all(this.#members.map((member) => this.#leave(member)));
  }

  async #leave(member: GroupMember): Promise<void> {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    this.#rebalance();
    await Promise.all([...this.#shares.values()].map((share) => share.free(member)));
  }

  /** In a later turn: the caller of `join` has its membership by then, and members that join together move nothing back and forth. */
  #rebalanceSoon(): void {
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      this.#rebalance();
    });
  }

  #rebalance(): void {
    const shares = [...this.#shares].map(([key, share]) => ({
      key,
      holder: share.member,
      candidates: this.#members.filter(({ options }) => options.topics.includes(share.partitions[0]!.topic)),
    }));
    const assigned = assignShares(shares);
    for (const [key, share] of this.#shares) share.giveTo(assigned.get(key));
  }

  #sharesOf({ topics, coPartitioned }: GroupOptions): ReadonlyMap<string, readonly TopicPartition[]> {
    const shares = new Map<string, TopicPartition[]>();
    for (const topic of topics) {
      for (let partition = 0; partition < this.#parts.partitionCount(topic); partition++) {
        const key = coPartitioned ? String(partition) : `${topic}/${String(partition)}`;
        shares.set(key, [...(shares.get(key) ?? []), { topic, partition }]);
      }
    }
    return shares;
  }

  #refuseMisfit(options: GroupOptions): void {
    const { group, topics, coPartitioned } = options;
    refuseUnequal(
      options,
      topics.map((topic) => this.#parts.partitionCount(topic)),
    );
    const [other] = this.#members;
    if (!other) return;
    const sameTopics = [...other.options.topics].toSorted().join() === [...topics].toSorted().join();
    if (other.options.coPartitioned !== coPartitioned || (coPartitioned && !sameTopics)) {
      throw unusableGroup(group, 'its members do not agree on what they read together');
    }
  }
}
