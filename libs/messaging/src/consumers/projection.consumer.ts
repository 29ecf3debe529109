/**
 * A group member whose handler stores rows and positions in one transaction of its own.
 *
 * Promises
 * - Reading begins where `positions` says; what it leaves out begins at the start, for the projection was rebuilt.
 * - One batch at a time, ordered per partition, over all partitions held; while one runs, and for `gatherMs` after it, the next gathers.
 * - A rejected batch comes again, after a back-off, from the stored positions.
 * - `waitFor` also sees partitions that other members apply, through the stored positions.
 */
import { PlatformError, type IncomingMessage } from '@waybill/contracts';
import { Seldom } from '@waybill/telemetry';
import { systemClock } from '../clock.ts';
import type { Claim, Position, RecordBatch, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import { wait, waitAtMost, type Backoff } from './backoff.ts';
import { BatchLoop } from './batch-loop.ts';
import { withDefaults, type ConsumerOptions } from './consumer-options.ts';
import { Gathering } from './gathering.ts';
import { GroupLink } from './group-link.ts';
import type { Taken } from './inbox.ts';
import { Progress } from './progress.ts';

export interface ProjectionBatch {
  readonly records: readonly IncomingMessage[];
  /** Where each partition in the batch goes on: to be stored with the rows. */
  readonly positions: readonly Position[];
}

export interface ProjectionTuning {
  /** Per batch; default 2,000. */
  readonly maxRecords?: number;
  /** Gathered before deliveries are held back; default 10,000. */
  readonly maxGathered?: number;
  /** Between two batches, so that more gathers for the next one; default 0. A whole batch, and who waits for a position, hurry it on. */
  readonly gatherMs?: number;
  readonly backoff?: Backoff;
  /** How long a revocation or `close` waits for a running batch; default 10 s. */
  readonly drainMs?: number;
  /** How often `waitFor` looks at the stored positions of partitions that are not held here; default 25 ms. */
  readonly pollMs?: number;
}

export interface ProjectionOptions extends ConsumerOptions, ProjectionTuning {
  readonly group: string;
  readonly topics: readonly string[];
  /** The stored positions of these partitions. */
  positions(partitions: readonly TopicPartition[]): Promise<readonly Position[]>;
  onBatch(batch: ProjectionBatch): Promise<void>;
}

const defaults = {
  clock: systemClock,
  random: Math.random,
  maxRecords: 2_000,
  maxGathered: 10_000,
  gatherMs: 0,
  backoff: { initialMs: 100, factor: 2, maxMs: 10_000 },
  drainMs: 10_000,
  pollMs: 25,
};
/** Who waits for a position can hurry what is gathered here, not what the log holds back. */
const mostLateMs = 100;

export class ProjectionConsumer {
  readonly #options: ProjectionOptions & typeof defaults;
  readonly #progress: Progress;
  readonly #loop: BatchLoop;
  readonly #held = new Map<string, TopicPartition>();
  /** Their stored positions went back below what was delivered: only the log can say what lies between. */
  readonly #behind = new Set<string>();
  readonly #link = new GroupLink();
  readonly #gathering: Gathering;
  /** The stored positions could not be read: told once an outage, however many wait and look, and seldom where it comes and goes. */
  #isBlind = false;
  readonly #seldom: Seldom;

  constructor(options: ProjectionOptions) {
    this.#options = withDefaults(defaults, options);
    this.#progress = new Progress(this.#options.clock);
    this.#gathering = new Gathering(this.#options);
    this.#seldom = new Seldom(() => this.#options.clock.now());
    this.#loop = new BatchLoop({
      ...this.#options,
      handle: (taken) => this.#handle(taken),
      recover: async () => void (await this.#readPositions([...this.#held.values()])),
      onFull: () => this.#link.pause([...this.#held.values()]),
      onRoom: () => this.#link.resume([...this.#held.values()]),
      onRetry: (error, failures, delayMs) =>
        options.hooks?.onRetry?.({ consumer: options.group, failures, delayMs, error }),
    });
  }

  async start(): Promise<void> {
    const { log, group, topics, gatherMs } = this.#options;
    this.#loop.open();
    await this.#link.join(log, {
      group,
      topics,
      coPartitioned: false,
      from: 'start',
      gatherMs: Math.min(gatherMs, mostLateMs),
      onAssigned: (claims) => this.#assigned(claims),
      onRevoked: (claims) => this.#revoked(claims),
      onRecords: (batch) => this.#deliver(batch),
    });
  }

  /** Resolves when everything below the end offsets (by partition) has been applied, here or by another member; rejects with `timeout`. */
  async waitFor(topic: string, endOffsets: readonly number[], timeoutMs = 2_000): Promise<void> {
    if (this.#progress.isReached(topic, endOffsets)) return;
    const noLonger = this.#gathering.hurry();
    let over = false;
    const applied = this.#progress.waitFor(topic, endOffsets, timeoutMs).finally(() => {
      over = true;
      noLonger();
    });
    const elsewhere = endOffsets.map((_, partition) => ({ topic, partition }));
    void this.#watch(elsewhere, () => over);
    await applied;
  }

  /** The next offsets of what is held here. */
  get positions(): readonly Position[] {
    return this.#progress.positions.filter((position) => this.#held.has(nameOf(position)));
  }

  /** Finishes the running batch (bounded) and leaves the group. */
  async close(): Promise<void> {
    const drained = this.#loop.stop();
    this.#gathering.cut();
    await waitAtMost(this.#options.clock, this.#options.drainMs, drained);
    await this.#link.leave();
  }

  async #assigned(claims: readonly Claim[]): Promise<readonly Position[]> {
    for (const claim of claims) {
      this.#behind.delete(nameOf(claim));
      this.#held.set(nameOf(claim), { topic: claim.topic, partition: claim.partition });
    }
    try {
      return await this.#readPositions(claims);
    } catch (error) {
      this.#giveUp(claims); // what is not taken is not revoked either
      throw error;
    }
  }

  async #readPositions(partitions: readonly TopicPartition[]): Promise<readonly Position[]> {
    const stored = new Map((await this.#options.positions(partitions)).map((position) => [nameOf(position), position]));
    const positions = partitions
      .filter((partition) => this.#held.has(nameOf(partition)))
      .map(({ topic, partition }) => stored.get(nameOf({ topic, partition })) ?? { topic, partition, offset: 0 });
    for (const position of positions) {
      if (this.#loop.inbox.expect(position)) continue;
      this.#loop.inbox.forget(position);
      this.#behind.add(nameOf(position));
      this.#link.giveBack([position], belowDelivered());
    }
    for (const position of positions) this.#progress.begins(position);
    return positions;
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    this.#giveUp(partitions);
    this.#gathering.cut();
    await waitAtMost(this.#options.clock, this.#options.drainMs, this.#loop.settled());
    for (const partition of partitions) if (!this.#held.has(nameOf(partition))) this.#progress.forget(partition);
  }

  #giveUp(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.#held.delete(nameOf(partition));
      this.#loop.forget(partition);
    }
  }

  #deliver(batch: RecordBatch): void {
    if (!this.#held.has(nameOf(batch))) return;
    if (this.#behind.has(nameOf(batch))) throw belowDelivered();
    this.#loop.inbox.accept(batch);
    this.#loop.poke();
    if (this.#loop.isFull) this.#link.pause([batch]); // those that came later were not there to be held back
    if (this.#loop.isBatchWhole) this.#gathering.cut();
  }

  async #handle({ records, next }: Taken): Promise<void> {
    const { clock, group, hooks } = this.#options;
    const begun = clock.now();
    if (records.length > 0) await this.#options.onBatch({ records, positions: next });
    for (const position of next) this.#progress.moved(position);
    hooks?.onBatch?.({ consumer: group, records: records.length, ms: clock.now() - begun });
    if (!this.#loop.isBatchWhole && !this.#loop.isStopped) await this.#gathering.rest();
  }

  /** Looks at the stored positions of partitions that another member applies, for as long as somebody waits. */
  async #watch(partitions: readonly TopicPartition[], isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const elsewhere = partitions.filter(
        (partition) => !this.#held.has(nameOf(partition)) && this.#progress.isAwaited(partition),
      );
      await this.#look(elsewhere);
      if (!isOver()) await wait(this.#options.clock, this.#options.pollMs).over;
    }
  }

  async #look(partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    try {
      for (const position of await this.#options.positions(partitions)) this.#progress.moved(position);
      this.#isBlind = false;
    } catch (error) {
      if (!this.#isBlind && this.#seldom.untold('positions') !== undefined)
        this.#options.hooks?.onError?.(error, 'positions');
      this.#isBlind = true;
    }
  }
}

const belowDelivered = (): PlatformError =>
  new PlatformError('unavailable', { detail: 'The stored position lies below what was delivered.' });
