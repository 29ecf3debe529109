/**
 * The coordinator of a consumer group. It spreads slots (a partition, or one number of co-partitioned topics) over the members it believes alive.
 * Promises: a slot has one member at a time as far as the group knows; a member that was silent for the session time-out is believed dead,
 * and others have its slots before it is told.
 */
import type { CommittedPosition, TopicPartition } from '@waybill/messaging';
import type { SeededRandom } from './seeded-random.ts';
import type { Timeline } from './sim-clock.ts';
import type { Life } from './sim-process.ts';

export interface GroupSession {
  readonly life: Life;
  /** Called on the way to the member. */
  assigned(slots: readonly string[]): void;
  /** `released` is called when the member has let go. */
  revoked(slots: readonly string[], released: () => void): void;
  expelled(): void;
}

/** How long a member may take to let go of what it is asked for. */
const handOverMs = 800;

export class SimGroup {
  readonly committed = new Map<string, CommittedPosition>();
  private readonly slots = new Map<string, readonly TopicPartition[]>();
  private readonly owners = new Map<string, GroupSession>();
  /** Which request to let go of a slot is open. */
  private readonly leaving = new Map<string, symbol>();
  private members: GroupSession[] = [];
  private isPlanned = false;

  constructor(
    private readonly timeline: Timeline,
    private readonly random: SeededRandom,
  ) {}

  join(session: GroupSession, slots: ReadonlyMap<string, readonly TopicPartition[]>): void {
    if (session.life.isDead) return;
    for (const [slot, partitions] of slots) this.slots.set(slot, partitions);
    this.members.push(session);
    this.plan();
  }

  leave(session: GroupSession): void {
    this.members = this.members.filter((member) => member !== session);
    for (const [slot, owner] of this.owners) if (owner === session) this.owners.delete(slot);
    this.plan();
  }

  /** Believes the process dead, whether it is or not. */
  expel(life: Life): void {
    for (const session of this.members.filter((member) => member.life === life)) {
      this.leave(session);
      session.expelled();
    }
  }

  partitionsOf(slot: string): readonly TopicPartition[] {
    return this.slots.get(slot) ?? [];
  }

  owns(session: GroupSession, slot: string): boolean {
    return this.owners.get(slot) === session;
  }

  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    this.timeline.after(this.random.between(1, 40), () => {
      this.isPlanned = false;
      this.balance();
    });
  }

  private balance(): void {
    const wanted = this.spread();
    const given = new Map<GroupSession, string[]>();
    const taken = new Map<GroupSession, string[]>();
    for (const [slot, session] of wanted) {
      const owner = this.owners.get(slot);
      if (!owner) {
        this.owners.set(slot, session);
        given.set(session, [...(given.get(session) ?? []), slot]);
      } else if (owner !== session && !this.leaving.has(slot)) taken.set(owner, [...(taken.get(owner) ?? []), slot]);
    }
    for (const [session, slots] of taken) this.take(session, slots);
    for (const [session, slots] of given) session.assigned(slots);
  }

  /** As few moves as possible, and none has two more than another. */
  private spread(): Map<string, GroupSession> {
    const wanted = new Map<string, GroupSession>();
    const load = new Map(this.members.map((member) => [member, 0]));
    const quota = Math.ceil(this.slots.size / Math.max(1, this.members.length));
    for (const [slot, owner] of this.owners) {
      const held = load.get(owner);
      if (held === undefined || held >= quota) continue;
      load.set(owner, held + 1);
      wanted.set(slot, owner);
    }
    for (const slot of this.slots.keys()) {
      if (wanted.has(slot)) continue;
      const next = this.members.toSorted((a, b) => load.get(a)! - load.get(b)!)[0];
      if (!next) break;
      load.set(next, load.get(next)! + 1);
      wanted.set(slot, next);
    }
    return wanted;
  }

  private take(session: GroupSession, slots: readonly string[]): void {
    const request = Symbol('take');
    for (const slot of slots) this.leaving.set(slot, request);
    const letGo = (): void => {
      for (const slot of slots) {
        if (this.leaving.get(slot) !== request) continue; // an answer to an earlier request, which was no longer waited for
        this.leaving.delete(slot);
        if (this.owns(session, slot)) this.owners.delete(slot);
      }
      this.plan();
    };
    session.revoked(slots, letGo);
    this.timeline.after(handOverMs, letGo);
  }
}
