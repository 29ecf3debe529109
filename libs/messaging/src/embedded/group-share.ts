/**
 * One share of a group through its life: given to a member, read, taken back, given to the next.
 * Promises: the next member is told only after `onRevoked` of the one before has settled, or after the hand-over time-out; each assignment is revoked once;
 * after a rejection the share is taken back, rests, and is given anew.
 */
import type { TopicPartition } from '../message-log.ts';
import { backOffMs, Pause, type BackOffTimes } from '../back-off.ts';

export interface Held {
  /** Ends the reading: resolves when what was under way has settled. */
  stop(): Promise<void>;
}

export interface ShareMember {
  /** Calls `onAssigned` and begins to read; rejects when the handler did. */
  assign(
    partitions: readonly TopicPartition[],
    onFailure: (error: unknown) => void,
    onDelivered: () => void,
  ): Promise<Held>;
  revoke(partitions: readonly TopicPartition[]): Promise<void>;
}

export interface ShareTimes {
  readonly backOff: BackOffTimes;
  /** How long a handler, and after it `onRevoked`, may hold up a successor. */
  readonly handOverMs: number;
}

export class GroupShare<Member extends ShareMember> {
  #target: Member | undefined;
  #member: Member | undefined;
  #held: Held | undefined;
  /** Grows with each that ends: what an earlier one reports comes too late to concern whoever has it now. */
  #assignment = 0;
  #failures = 0;
  #isFailed = false;
  #driving = false;
  #rest: Pause | undefined;
  #whenFree: { readonly member: Member; readonly resolve: () => void }[] = [];

  constructor(
    readonly partitions: readonly TopicPartition[],
    private readonly times: ShareTimes,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Who has it, is being given it or is giving it up. */
  get member(): Member | undefined {
    return this.#member;
  }

  giveTo(target: Member | undefined): void {
    if (this.#target !== target) this.#rest?.cut();
    this.#target = target;
    this.#kick();
  }

  /** Resolves when this member has nothing to do with it any more. */
  free(member: Member): Promise<void> {
    if (this.#member !== member) return Promise.resolve();
    return new Promise((resolve) => this.#whenFree.push({ member, resolve }));
  }

  #kick(): void {
    if (this.#driving) return;
    this.#driving = true;
    void this.#drive();
  }

  /** The flag falls in the same step as the last look, so that no change is missed. */
  async #drive(): Promise<void> {
    for (;;) {
      if (this.#held && (this.#isFailed || this.#member !== this.#target)) await this.#takeBack(this.#held);
      else if (this.#isFailed) await this.#recover();
      else if (!this.#held && this.#target) await this.#give(this.#target);
      else break;
    }
    this.#driving = false;
  }

  async #give(member: Member): Promise<void> {
    this.#member = member;
    const assignment = this.#assignment;
    try {
      this.#held = await member.assign(
        this.partitions,
        (error) => (assignment === this.#assignment ? this.#fail(error) : this.onError(error)),
        () => (this.#failures = 0),
      );
    } catch (error) {
      this.#left();
      this.#fail(error);
    }
  }

  async #takeBack(held: Held): Promise<void> {
    const member = this.#member!;
    const { handOverMs } = this.times;
    await withTimeout(handOverMs, held.stop());
    await withTimeout(handOverMs, member.revoke(this.partitions)).catch((error: unknown) => this.onError(error));
    this.#held = undefined;
    this.#left();
  }

  async #recover(): Promise<void> {
    this.#rest = new Pause();
    if (this.#target) await this.#rest.wait(backOffMs(this.times.backOff, Math.max(1, this.#failures)));
    this.#rest = undefined;
    this.#isFailed = false;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    this.#isFailed = true;
    this.onError(error);
    this.#kick();
  }

  #left(): void {
    const left = this.#member;
    this.#member = undefined;
    this.#assignment += 1;
    for (const { member, resolve } of this.#whenFree.splice(0)) if (member === left) resolve();
  }
}

async function withTimeout(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
