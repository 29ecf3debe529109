/**
 * Partitions that one member got together and loses together: all topics of a number when they are co-partitioned, otherwise a single one.
 *
 * Promises
 * - Nothing is delivered before `onAssigned` has resolved, and nothing after `revoke` was called.
 * - `onRevoked` is called once for each `onAssigned` that resolved, after running handlers have settled.
 * - After a handler rejected: revoked, and after a back-off assigned anew; records come again from where `onAssigned` says, or else from what is committed.
 * - Nothing is fetched that could not be delivered: assigning may take as long as a store is away, and what has come would hold up others of that broker. What comes for a paused
 *   one is kept for a moment only.
 */
import type { IncomingMessage } from '@waybill/contracts';
import { backOffMs, Pause, usualBackOff } from '../../back-off.ts';
import type { Claim, GroupOptions, Position, TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import { Handlings } from '../handlings.ts';
import { PausedPartitions } from './paused-partitions.ts';

/** What it needs of whoever reads. */
export interface Fetching {
  /** Where to read from when it is known how far the partition was read, and when it is not. Throws when that lies beyond its end. */
  beginning(partition: TopicPartition, known: number | undefined): Promise<number>;
  /** With what the group has committed, read anew. */
  claims(partitions: readonly TopicPartition[]): Promise<readonly Claim[]>;
  /** From there, unpaused. */
  read(position: Position): void;
  drop(partitions: readonly TopicPartition[]): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  onTrouble(error: unknown): void;
}

export interface Fetched extends TopicPartition {
  readonly records: readonly IncomingMessage[];
  readonly nextOffset: number;
}

type Handlers = Pick<GroupOptions, 'onAssigned' | 'onRevoked' | 'onRecords'>;
type State = 'assigning' | 'held' | 'failed' | 'over';

export class HeldPartitions {
  private state: State = 'assigning';
  private assigning: Promise<void> = Promise.resolve();
  private isAssigned = false;
  private readonly handlings = new Handlings();
  private readonly paused: PausedPartitions;
  /** Where this member began; it begins there again while nothing is committed. */
  private readonly first = new Map<string, number>();
  private readonly rest = new Pause();
  private readonly end = Promise.withResolvers<undefined>();

  constructor(
    readonly partitions: readonly TopicPartition[],
    private readonly handlers: Handlers,
    private readonly fetching: Fetching,
  ) {
    this.paused = new PausedPartitions(fetching);
  }

  /** Does not reject; `claims` are known for the first time only. */
  assign(claims?: readonly Claim[]): Promise<void> {
    this.assigning = this.assignUntilHeld(claims);
    return this.assigning;
  }

  /** True once the records count as delivered; false: they are to be fetched again. */
  async deliver(fetched: Fetched): Promise<boolean> {
    if (!(await this.paused.whenResumed(fetched)) || this.state !== 'held') return false;
    try {
      await this.handlings.run(() => this.handlers.onRecords(fetched));
      return true;
    } catch (error) {
      void this.fail(error);
      return false;
    }
  }

  pause(partition: TopicPartition): void {
    if (this.state === 'held') this.paused.pause(partition);
  }

  resume(partition: TopicPartition): void {
    if (this.state === 'held') this.paused.resume(partition);
  }

  /** Resolves when running handlers have settled and `onRevoked` was called. */
  async revoke(): Promise<void> {
    this.state = 'over';
    this.fetching.drop(this.partitions);
    this.paused.clear();
    this.rest.cut();
    this.end.resolve(undefined);
    await this.assigning;
    await this.giveUp();
  }

  private async assignUntilHeld(known?: readonly Claim[]): Promise<void> {
    for (let failures = 0; this.isWanted();) {
      try {
        const claims = failures === 0 && known ? known : await this.untilEnd(this.fetching.claims(this.partitions));
        if (!claims || !this.isWanted()) return;
        const positions = await this.handlers.onAssigned(claims);
        this.isAssigned = true;
        const beginnings = await this.untilEnd(Promise.all(claims.map((claim) => this.beginningOf(claim, positions))));
        if (beginnings && this.isWanted()) this.begin(beginnings);
        return;
      } catch (error) {
        failures += 1;
        this.fetching.onTrouble(error);
        await this.giveUp();
        if (this.isWanted()) await this.rest.wait(backOffMs(usualBackOff, failures));
      }
    }
  }

  /** The cluster may take minutes to answer; nobody waits for that once they are revoked. */
  private untilEnd<T>(answer: Promise<T>): Promise<T | undefined> {
    return Promise.race([answer, this.end.promise]);
  }

  private async beginningOf(claim: Claim, positions: readonly Position[]): Promise<Position> {
    const { topic, partition, committed } = claim;
    const wanted = positions.find((one) => nameOf(one) === nameOf(claim))?.offset;
    const known = wanted ?? committed?.offset ?? this.first.get(nameOf(claim));
    const offset = await this.fetching.beginning(claim, known);
    if (!this.first.has(nameOf(claim))) this.first.set(nameOf(claim), offset);
    return { topic, partition, offset };
  }

  private begin(beginnings: readonly Position[]): void {
    this.state = 'held';
    for (const beginning of beginnings) this.fetching.read(beginning);
  }

  /** Revoked and, after a back-off, assigned anew. */
  async fail(error: unknown): Promise<void> {
    if (this.state !== 'held') return;
    this.state = 'failed';
    this.fetching.onTrouble(error);
    this.fetching.drop(this.partitions);
    this.paused.clear();
    const again = this.giveUp().then(() => (this.isWanted() ? this.rest.wait(backOffMs(usualBackOff, 1)) : undefined));
    this.assigning = again.then(() => this.assignUntilHeld());
    await this.assigning;
  }

  private async giveUp(): Promise<void> {
    await this.handlings.settled();
    if (!this.isAssigned) return;
    this.isAssigned = false;
    await Promise.resolve(this.handlers.onRevoked(this.partitions)).catch((error: unknown) =>
      this.fetching.onTrouble(error),
    );
  }

  private isWanted(): boolean {
    return this.state !== 'over';
  }
}
