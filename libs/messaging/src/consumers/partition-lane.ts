/** One number of an `OwnedPartitionConsumer` from take to release. */
import { PlatformError } from '@waybill/contracts';
import type { Clock, Random } from '../clock.ts';
import type { Position, RecordBatch } from '../message-log.ts';
import type { Backoff } from './backoff.ts';
import { BatchLoop } from './batch-loop.ts';
import type { PositionSource } from './commit-hints.ts';
import type { GroupLink } from './group-link.ts';
import type { Taken } from './inbox.ts';
import type { OwnedPartitionOptions, TopicOffsets } from './partition-batch.ts';

export interface PartitionLaneOptions extends OwnedPartitionOptions {
  readonly partition: number;
  readonly maxRecords: number;
  readonly maxGathered: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly backoff: Backoff;
  readonly link: GroupLink;
  /** Its positions are others than before. */
  onMoved(lane: PartitionLane): void;
}

export class PartitionLane implements PositionSource {
  readonly #loop: BatchLoop;
  #offsets: TopicOffsets = {};
  #taking: Promise<readonly Position[]> | undefined;
  #dropped: Promise<void> | undefined;
  #mustBeAssignedAnew = false;

  constructor(private readonly options: PartitionLaneOptions) {
    const { partition, topics, link } = options;
    const both = topics.map((topic) => ({ topic, partition }));
    this.#loop = new BatchLoop({
      ...options,
      handle: (taken, due) => this.#handle(taken, due),
      recover: async () => void (await this.#takeAgain()),
      onFull: () => link.pause(both),
      onRoom: () => link.resume(both),
      onRetry: (error, failures, delayMs) =>
        options.hooks?.onRetry?.({ consumer: options.group, partition, failures, delayMs, error }),
    });
  }

  get positions(): readonly Position[] {
    return Object.entries(this.#offsets).map(([topic, offset]) => ({
      topic,
      partition: this.options.partition,
      offset,
    }));
  }

  async take(): Promise<readonly Position[]> {
    this.#taking = this.#takeAgain();
    const positions = await this.#taking;
    this.#loop.open();
    return positions;
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Throws when only the log can deliver what `take` wants. */
  deliver(batch: RecordBatch): void {
    if (this.#mustBeAssignedAnew) throw belowDelivered();
    if (this.#loop.isStopped) return;
    this.#loop.inbox.accept(batch);
    this.#loop.poke();
  }

  /** No further batch; the running one is finished and counts. */
  finish(): Promise<void> {
    return this.#loop.stop();
  }

  drop(): Promise<void> {
    this.#dropped ??= this.#drop();
    return this.#dropped;
  }

  async #drop(): Promise<void> {
    const stopped = this.#loop.stop();
    const isTaken = await this.#taking?.then(
      () => true,
      () => false,
    );
    await stopped;
    if (!isTaken) return;
    try {
      await this.options.release?.(this.options.partition);
    } catch (error) {
      this.options.hooks?.onError?.(error, 'release');
    }
  }

  async #takeAgain(): Promise<readonly Position[]> {
    const offsets = await this.options.take(this.options.partition);
    this.#offsets = { ...this.#offsets, ...offsets };
    const positions = this.positions;
    for (const position of positions) if (!this.#loop.inbox.expect(position)) this.#mustBeAssignedAnew = true;
    if (this.#mustBeAssignedAnew) {
      void this.#loop.stop();
      this.options.link.giveBack(positions, belowDelivered());
    }
    return positions;
  }

  async #handle(taken: Taken, due: boolean): Promise<void> {
    const { partition, clock, hooks, group } = this.options;
    const offsets: Record<string, number> = { ...this.#offsets };
    for (const { topic, offset } of taken.next) offsets[topic] = offset;
    const begun = clock.now();
    if (due || taken.records.length > 0)
      await this.options.onBatch({ partition, records: taken.records, offsets, due });
    this.#offsets = offsets;
    hooks?.onBatch?.({ consumer: group, partition, records: taken.records.length, ms: clock.now() - begun });
    if (!this.#dropped && taken.next.length > 0) this.options.onMoved(this);
  }
}

const belowDelivered = (): PlatformError =>
  new PlatformError('unavailable', { detail: 'The owner goes on below what was delivered.' });
