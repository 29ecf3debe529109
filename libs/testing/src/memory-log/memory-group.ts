/** A consumer group in memory: who holds which share, and the committed positions. */
import { refuseUnequal, type GroupOptions, type TopicPartition } from '@waybill/messaging';
import { MemoryMember, type MemberParts } from './memory-member.ts';
import { MemoryShare } from './memory-share.ts';

export interface GroupParts extends MemberParts {
  partitions(topic: string): number;
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

export class MemoryGroup {
  readonly #members: MemoryMember[] = [];
  readonly #shares = new Map<string, MemoryShare>();

  constructor(private readonly parts: GroupParts) {}

  /** Throws `invalid_configuration` when the topics cannot be read together. */
  join(options: GroupOptions): MemoryMember {
    refuseUnequal(
      options,
      options.topics.map((topic) => this.parts.partitions(topic)),
    );
    const member = new MemoryMember(options, this.parts, () => this.#leave(member));
    for (const [key, partitions] of this.#sharesOf(options)) {
      if (!this.#shares.has(key)) this.#shares.set(key, new MemoryShare(key, partitions));
    }
    this.#members.push(member);
    this.parts.schedule(() => this.#rebalance());
    return member;
  }

  /** As a session time-out does: others get its shares at once, and only then is it told. */
  async expel(member: MemoryMember): Promise<void> {
    this.#members.splice(this.#members.indexOf(member), 1);
    const lost = [...this.#shares.values()].filter((share) => share.abandon(member));
    this.#rebalance();
    await Promise.all(lost.map((share) => member.lose(share)));
  }

  has(member: MemoryMember): boolean {
    return this.#members.includes(member);
  }

  async leaveAll(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.leave()));
  }

  async #leave(member: MemoryMember): Promise<void> {
    if (this.has(member)) this.#members.splice(this.#members.indexOf(member), 1);
    this.#rebalance();
    await Promise.all([...this.#shares.values()].map((share) => share.free(member)));
  }

  /** Share n goes to candidate n modulo their number, so that a seed decides everything. */
  #rebalance(): void {
    for (const share of this.#shares.values()) {
      const { topic, partition } = share.partitions[0]!;
      const candidates = this.#members.filter(({ options }) => options.topics.includes(topic));
      share.giveTo(candidates[partition % candidates.length]);
    }
  }

  #sharesOf({ topics, coPartitioned }: GroupOptions): ReadonlyMap<string, readonly TopicPartition[]> {
    const all = topics.flatMap((topic) =>
      Array.from({ length: this.parts.partitions(topic) }, (_, partition) => ({ topic, partition })),
    );
    return Map.groupBy(all, (one) => (coPartitioned ? String(one.partition) : nameOf(one)));
  }
}
