/** What a group hands over as one, and its way from member to member: the next one is told after the one before has let go. */
import type { TopicPartition } from '@waybill/messaging';

export interface ShareMember {
  /** Answers whether `onAssigned` has resolved. */
  assign(share: MemoryShare): Promise<boolean>;
  revoke(share: MemoryShare): Promise<void>;
  /** The back-off after a rejection, until `stopWaiting`. */
  rest(share: MemoryShare): Promise<void>;
  stopWaiting(share: MemoryShare): void;
}

export class MemoryShare {
  #holder: ShareMember | undefined;
  #wanted: ShareMember | undefined;
  #isMoving = false;
  #isRejected = false;
  #waiting: { readonly member: ShareMember; readonly resolve: () => void }[] = [];

  constructor(
    readonly key: string,
    readonly partitions: readonly TopicPartition[],
  ) {}

  giveTo(member: ShareMember | undefined): void {
    if (this.#wanted !== member) this.#wanted?.stopWaiting(this);
    this.#wanted = member;
    void this.#move();
  }

  /** A delivery was rejected: it is taken back and, after a back-off, given anew. */
  reject(): void {
    this.#isRejected = true;
    void this.#move();
  }

  /** Answers whether the member had it. */
  abandon(member: ShareMember): boolean {
    const had = this.#holder === member;
    if (had) this.#free();
    if (this.#wanted === member) this.#wanted = undefined;
    return had;
  }

  free(member: ShareMember): Promise<void> {
    if (this.#holder !== member) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ member, resolve }));
  }

  async #move(): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    while (this.#holder !== this.#wanted || this.#isRejected) {
      if (this.#holder) await this.#takeBack(this.#holder);
      if (this.#isRejected) await this.#wanted?.rest(this);
      this.#isRejected = false;
      if (this.#wanted) await this.#give(this.#wanted);
    }
    this.#isMoving = false;
  }

  async #give(member: ShareMember): Promise<void> {
    this.#holder = member;
    const isTaken = await member.assign(this);
    if (this.#holder !== member) return; // expelled meanwhile
    if (isTaken) return;
    this.#free();
    this.#isRejected = true;
  }

  async #takeBack(member: ShareMember): Promise<void> {
    await member.revoke(this);
    if (this.#holder === member) this.#free();
  }

  #free(): void {
    const left = this.#holder;
    this.#holder = undefined;
    for (const one of this.#waiting) if (one.member === left) one.resolve();
    this.#waiting = this.#waiting.filter(({ member }) => member !== left);
  }
}
