/**
 * Partitions that one member got together and loses together: all topics of a number when they are co-partitioned, otherwise a single one.
 *
 * Promises
 * - Nothing is delivered before `onAssigned` has resolved, and nothing after `revoke` was called.
 * - `onRevoked` is called once for each `onAssigned` that resolved, after running handlers have settled.
 * - After a handler rejected: revoked, and after a back-off assigned anew; records come again from where `onAssigned` says, or else from what is committed.
 */
import type { IncomingMessage } from '@waybill/contracts';
import { backOffMs, Pause, usualBackOff } from '../back-off.ts';
import type { Claim, GroupOptions, Position, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import { Handlings } from './handlings.ts';
import { PausedPartitions } from './paused-partitions.ts';

/** What it needs of the consumer that fetches. */
export interface Fetching {
  /** Throws when a position lies beyond the end of its partition. */
  check(positions: readonly Position[]): Promise<void>;
  /** With what the group has committed, read anew. */
  claims(partitions: readonly TopicPartition[]): Promise<readonly Claim[]>;
  seek(position: Position): void;
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
  async deliver(fetched: Fetched, isStale: () => boolean): Promise<boolean> {
    await this.assigning;
    if (!(await this.paused.whenResumed(fetched)) || this.state !== 'held' || isStale()) return false;
    const begun = fetched.records[0]?.offset ?? fetched.nextOffset;
    if (!this.first.has(nameOf(fetched))) this.first.set(nameOf(fetched), begun);
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
    this.paused.clear();
    this.rest.cut();
    await this.assigning;
    await this.giveUp();
  }

  private async assignUntilHeld(known?: readonly Claim[]): Promise<void> {
    for (let failures = 0; this.isWanted();) {
      try {
        const claims = failures === 0 && known ? known : await this.fetching.claims(this.partitions);
        if (!this.isWanted()) return;
        const positions = await this.handlers.onAssigned(claims);
        this.isAssigned = true;
        await this.fetching.check(positions);
        if (this.isWanted()) this.begin(claims, positions);
        return;
      } catch (error) {
        failures += 1;
        this.fetching.onTrouble(error);
        await this.giveUp();
        if (this.isWanted()) await this.rest.wait(backOffMs(usualBackOff, failures));
      }
    }
  }

  private begin(claims: readonly Claim[], positions: readonly Position[]): void {
    const isFirst = this.state === 'assigning';
    for (const claim of claims) {
      const wanted = positions.find((one) => nameOf(one) === nameOf(claim))?.offset;
      const offset = isFirst ? changed(wanted, claim) : this.again(wanted, claim);
      if (offset !== undefined) this.fetching.seek({ topic: claim.topic, partition: claim.partition, offset });
    }
    if (!isFirst) this.fetching.resume(this.partitions);
    this.state = 'held';
  }

  private again(wanted: number | undefined, claim: Claim): number | undefined {
    return wanted ?? claim.committed?.offset ?? this.first.get(nameOf(claim));
  }

  /** Revoked and, after a back-off, assigned anew. */
  async fail(error: unknown): Promise<void> {
    if (this.state !== 'held') return;
    this.state = 'failed';
    this.fetching.onTrouble(error);
    this.fetching.pause(this.partitions);
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

/** The first time the client begins at what is committed by itself. */
const changed = (wanted: number | undefined, { committed }: Claim): number | undefined =>
  wanted === committed?.offset ? undefined : wanted;
