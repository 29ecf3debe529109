/**
 * A member of a consumer group inside one process: does what the coordinator says, as late as its process allows.
 * Promises: what the handler is told about one membership comes one call after another; nothing is delivered outside of an assignment.
 */
import type {
  Claim,
  CommittedPosition,
  GroupMembership,
  GroupOptions,
  Position,
  TopicPartition,
} from '@waybill/messaging';
import { placeOf, type Broker } from './broker.ts';
import { PartitionReader } from './partition-reader.ts';
import type { GroupSession, SimGroup } from './sim-group.ts';
import type { Life } from './sim-process.ts';

export interface MembershipParts {
  readonly life: Life;
  readonly broker: Broker;
  readonly group: SimGroup;
  readonly options: GroupOptions;
}

/** One assignment of a slot, and whether the handler was told of it. */
interface Slot {
  readonly slot: string;
  isTold: boolean;
}

const backoffMs = 60;

export class SimMembership implements GroupMembership, GroupSession {
  readonly life: Life;
  /** What the coordinator wants here. */
  private readonly slots = new Map<string, Slot>();
  private readonly readers = new Map<string, PartitionReader>();
  private readonly paused = new Set<string>();
  private last: Promise<void> = Promise.resolve();
  private isLeaving = false;
  /** When the last thing that the coordinator has said arrives. */
  private heardUntil = 0;

  constructor(private readonly parts: MembershipParts) {
    this.life = parts.life;
  }

  join(): void {
    const { group, broker, options } = this.parts;
    const slots = new Map<string, TopicPartition[]>();
    for (let partition = 0; partition < broker.partitionCount; partition += 1) {
      const both = options.topics.map((topic) => ({ topic, partition }));
      if (options.coPartitioned) slots.set(`number ${partition}`, both);
      else for (const one of both) slots.set(placeOf(one), [one]);
    }
    group.join(this, slots);
  }

  assigned(slots: readonly string[]): void {
    this.receive(() => {
      const before = this.forget(slots); // assigned anew although it was not asked to let go
      this.enqueue(() => this.close(before));
      const states = slots.map((slot): Slot => ({ slot, isTold: false }));
      for (const state of states) this.slots.set(state.slot, state);
      this.enqueue(() => this.open(states));
    });
  }

  revoked(slots: readonly string[], released: () => void): void {
    this.receive(() => {
      const states = this.forget(slots);
      this.enqueue(async () => {
        await this.close(states);
        this.life.world.timeline.after(this.life.latencyMs(), released);
      });
    });
  }

  /** It hears of it with its next heartbeat; until then it believes that it owns what it had. */
  expelled(): void {
    const { clock, random } = this.life;
    this.receive(() =>
      clock.after(random.between(0, 200), () => {
        if (this.isLeaving) return;
        const states = this.forget([...this.slots.keys()]);
        this.enqueue(() => this.close(states));
        this.join();
      }),
    );
  }

  async commit(positions: readonly CommittedPosition[]): Promise<void> {
    const { group, life } = this.parts;
    if (life.world.faults.hits('position lost')) return;
    await life.call(() => {
      for (const position of positions) {
        if (group.owns(this, this.slotOf(position))) group.committed.set(placeOf(position), position);
      }
    });
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const key of partitions.map(placeOf)) {
      this.paused.add(key);
      this.readers.get(key)?.pause(true);
    }
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const key of partitions.map(placeOf)) {
      this.paused.delete(key);
      this.readers.get(key)?.pause(false);
    }
  }

  giveBack(partitions: readonly TopicPartition[]): void {
    for (const slot of new Set(partitions.map((one) => this.slots.get(this.slotOf(one))))) if (slot) this.restart(slot);
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    const states = this.forget([...this.slots.keys()]);
    this.enqueue(() => this.close(states));
    await this.last;
    await this.life.call(() => this.parts.group.leave(this));
  }

  /** On one connection: what the coordinator says arrives in the order in which it was said. */
  private receive(work: () => void): void {
    const { timeline } = this.life.world;
    this.heardUntil = Math.max(this.heardUntil, timeline.now + this.life.latencyMs());
    timeline.after(this.heardUntil - timeline.now, () => this.life.enter(work));
  }

  private enqueue(work: () => Promise<void>): void {
    this.last = this.last.then(work);
  }

  /** Takes them off at once, so that an assignment under way does not open them. */
  private forget(slots: readonly string[]): Slot[] {
    const states = slots.flatMap((slot) => this.slots.get(slot) ?? []);
    for (const { slot } of states) this.slots.delete(slot);
    return states;
  }

  private isWanted(state: Slot): boolean {
    return this.slots.get(state.slot) === state;
  }

  private async open(states: readonly Slot[]): Promise<void> {
    let wanted = states.filter((state) => this.isWanted(state));
    while (wanted.length > 0 && !(await this.tell(wanted))) {
      await new Promise<void>((resolve) => void this.life.clock.after(this.life.random.between(1, backoffMs), resolve));
      wanted = states.filter((state) => this.isWanted(state));
    }
  }

  /** Answers whether the handler has taken them. */
  private async tell(states: readonly Slot[]): Promise<boolean> {
    const { group, options } = this.parts;
    const claims = states.map(({ slot }) =>
      group.partitionsOf(slot).map((place) => claimOf(place, group.committed.get(placeOf(place)))),
    );
    try {
      const positions = await options.onAssigned(claims.flat());
      for (const [index, state] of states.entries()) this.begin(state, claims[index]!, positions);
      return true;
    } catch {
      return false;
    }
  }

  private begin(state: Slot, claims: readonly Claim[], positions: readonly Position[]): void {
    state.isTold = true;
    for (const claim of claims) this.read(state, claim, positions);
  }

  private read(state: Slot, claim: Claim, positions: readonly Position[]): void {
    if (!this.isWanted(state)) return; // revoked meanwhile
    const key = placeOf(claim);
    const { life, broker, options } = this.parts;
    const given = positions.find((position) => placeOf(position) === key)?.offset ?? claim.committed?.offset;
    const place = { topic: claim.topic, partition: claim.partition };
    const reader = new PartitionReader({
      life,
      broker,
      place,
      from: given ?? (options.from === 'start' ? 0 : broker.end(place)),
      deliver: (batch) => options.onRecords(batch),
      onRejected: () => this.restart(state),
    });
    reader.pause(this.paused.has(key));
    this.readers.set(key, reader);
  }

  /** The handler would not take a batch: its slot is revoked and assigned anew. */
  private restart(state: Slot): void {
    this.enqueue(async () => {
      if (!this.isWanted(state) || !state.isTold) return;
      await this.close([state]);
      state.isTold = false;
      await this.open([state]);
    });
  }

  /** Nothing is said of what the handler was never told of. */
  private async close(states: readonly Slot[]): Promise<void> {
    const partitions = states.filter(({ isTold }) => isTold).flatMap(({ slot }) => this.parts.group.partitionsOf(slot));
    if (partitions.length === 0) return;
    for (const key of partitions.map(placeOf)) {
      this.readers.get(key)?.close();
      this.readers.delete(key);
      this.paused.delete(key);
    }
    await this.parts.options.onRevoked(partitions);
  }

  private slotOf(place: TopicPartition): string {
    return this.parts.options.coPartitioned ? `number ${place.partition}` : placeOf(place);
  }
}

const claimOf = (place: TopicPartition, committed: CommittedPosition | undefined): Claim =>
  committed ? { ...place, committed } : place;
