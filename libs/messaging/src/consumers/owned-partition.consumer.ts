/**
 * Co-partitioned topics with one owner per partition number, who keeps the positions itself.
 *
 * Promises
 * - `take` is asked before anything of a number is handed out, and nothing below its answer ever is.
 * - Never two batches of a number at once, in this member; after `drop` no batch begins, `release` follows when the running one has settled.
 * - A rejected batch: the number is taken anew after a back-off, and its records come again from where `take` says.
 * - Group positions follow as a hint only.
 */
import { systemClock } from '../clock.ts';
import type { Claim, Position, RecordBatch, TopicPartition } from '../message-log.ts';
import { waitAtMost } from './backoff.ts';
import { CommitHints } from './commit-hints.ts';
import { withDefaults } from './consumer-options.ts';
import { GroupLink } from './group-link.ts';
import type { OwnedPartitionOptions } from './partition-batch.ts';
import { PartitionLane } from './partition-lane.ts';

const defaults = {
  clock: systemClock,
  random: Math.random,
  maxRecords: 2_000,
  maxGathered: 10_000,
  backoff: { initialMs: 100, factor: 2, maxMs: 10_000 },
  fencedMs: 10_000,
  drainMs: 10_000,
  commitEveryMs: 250,
};

export class OwnedPartitionConsumer {
  readonly #options: OwnedPartitionOptions & typeof defaults;
  readonly #hints: CommitHints;
  readonly #lanes = new Map<number, PartitionLane>();
  readonly #link = new GroupLink();

  constructor(options: OwnedPartitionOptions) {
    this.#options = withDefaults(defaults, options);
    const { clock, commitEveryMs: everyMs } = this.#options;
    this.#hints = new CommitHints({
      clock,
      everyMs,
      commit: (positions) => this.#link.commit(positions),
      onError: (error) => options.hooks?.onError?.(error, 'commit'),
    });
  }

  /** Joins the group. */
  async start(): Promise<void> {
    const { log, group, topics } = this.#options;
    await this.#link.join(log, {
      group,
      topics,
      coPartitioned: true,
      from: 'start',
      onAssigned: (claims) => this.#assigned(claims),
      onRevoked: (claims) => this.#revoked(claims),
      onRecords: (batch) => this.#deliver(batch),
    });
  }

  /** Asks for a batch even if there are no records (a timer is due). Nothing happens when the number is not held here. */
  wake(partition: number): void {
    this.#lanes.get(partition)?.wake();
  }

  /** The numbers held here. */
  get partitions(): readonly number[] {
    return [...this.#lanes.keys()];
  }

  /** The next offsets of what is held here. */
  get positions(): readonly Position[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.positions);
  }

  /** No batch of the number begins from now on; resolves when the running one has settled and it was released. */
  async drop(partition: number): Promise<void> {
    const lane = this.#lanes.get(partition);
    if (!lane) return;
    this.#hints.forget(lane);
    await lane.drop();
    if (this.#lanes.get(partition) === lane) this.#lanes.delete(partition);
  }

  /** Finishes running batches (bounded), commits, releases and leaves the group. */
  async close(): Promise<void> {
    const { clock, drainMs } = this.#options;
    await waitAtMost(clock, drainMs, Promise.all([...this.#lanes.values()].map((lane) => lane.finish())));
    await this.#hints.last();
    await this.#link.leave();
  }

  async #assigned(claims: readonly Claim[]): Promise<Position[]> {
    const numbers = new Set(claims.map(({ partition }) => partition));
    return (await Promise.all([...numbers].map((partition) => this.#take(partition)))).flat();
  }

  async #take(partition: number): Promise<readonly Position[]> {
    const before = this.#lanes.get(partition);
    const lane = new PartitionLane({
      ...this.#options,
      partition,
      link: this.#link,
      onMoved: (moved) => this.#hints.note(moved),
    });
    this.#lanes.set(partition, lane);
    await before?.drop();
    try {
      return await lane.take();
    } catch (error) {
      if (this.#lanes.get(partition) === lane) this.#lanes.delete(partition);
      throw error;
    }
  }

  async #revoked(claims: readonly TopicPartition[]): Promise<void> {
    const numbers = new Set(claims.map(({ partition }) => partition));
    const dropped = Promise.all([...numbers].map((partition) => this.drop(partition)));
    await waitAtMost(this.#options.clock, this.#options.drainMs, dropped);
  }

  #deliver(batch: RecordBatch): void {
    this.#lanes.get(batch.partition)?.deliver(batch);
  }
}
