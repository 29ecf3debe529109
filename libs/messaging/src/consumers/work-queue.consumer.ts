/**
 * Work of many topics, a bounded number at once, finished out of order.
 *
 * Promises
 * - A record counts as finished only when its handler (or the dead letters) has resolved; what is not finished is delivered again.
 * - What is finished above the contiguous prefix travels in the commit metadata, and is skipped after a takeover.
 * - A duplicate (same `ce_id`) of what runs or has just run here joins it.
 * - A record that fails for good hurts nobody else.
 */
import type { IncomingMessage } from '@waybill/contracts';
import { systemClock } from '../clock.ts';
import type { Claim, Position, RecordBatch, TopicPartition } from '../message-log.ts';
import { Attempts } from './attempts.ts';
import { waitAtMost, type Backoff } from './backoff.ts';
import { CommitHints } from './commit-hints.ts';
import { withDefaults, type ConsumerOptions } from './consumer-options.ts';
import type { DeadLetter } from './dead-letters.ts';
import { Deduplicator } from './deduplicator.ts';
import { GroupLink } from './group-link.ts';
import { WorkLane } from './work-lane.ts';

export interface WorkQueueTuning {
  /** Over all topics; default 64. */
  readonly maxInFlight?: number;
  /** Of one record; default 5. */
  readonly maxAttempts?: number;
  /** A record whose handler meets a store that is away (`unavailable`) is tried for that long without using up its attempts, and one that meets the log away (`log_unavailable`) without end; default 1 h. */
  readonly outageMs?: number;
  readonly backoff?: Backoff;
  /** Records of one key run one after another; default false. */
  readonly orderedByKey?: boolean;
  /** How many finished records are remembered to recognise duplicates; 0: the handler recognises them itself; default 1,000. */
  readonly remembered?: number;
  /** How long `close` waits for what runs; default 25 s. */
  readonly drainMs?: number;
  /** Between two commits; default 100 ms. */
  readonly commitEveryMs?: number;
}

export interface WorkQueueOptions extends ConsumerOptions, WorkQueueTuning {
  readonly group: string;
  readonly topics: readonly string[];
  handle(message: IncomingMessage): Promise<void> | void;
  onDeadLetter(dead: DeadLetter): Promise<void>;
}

const defaults = {
  clock: systemClock,
  random: Math.random,
  maxInFlight: 64,
  maxAttempts: 5,
  backoff: { initialMs: 200, factor: 2, maxMs: 10_000 },
  orderedByKey: false,
  remembered: 1_000,
  drainMs: 25_000,
  commitEveryMs: 100,
};

export class WorkQueueConsumer {
  readonly #options: WorkQueueOptions & typeof defaults;
  readonly #attempts: Attempts;
  readonly #known: Deduplicator;
  readonly #hints: CommitHints;
  readonly #lanes = new Map<string, WorkLane>();
  readonly #waiting: WorkLane[] = [];
  readonly #lastOfKey = new Map<string, Promise<boolean>>();
  readonly #link = new GroupLink();
  #inFlight = 0;
  #isClosing = false;
  #idle: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = withDefaults(defaults, options);
    const { clock, commitEveryMs: everyMs, hooks } = this.#options;
    this.#attempts = new Attempts({ ...this.#options, consumer: options.group });
    this.#known = new Deduplicator(this.#options.remembered);
    this.#hints = new CommitHints({
      clock,
      everyMs,
      commit: (positions) => this.#link.commit(positions),
      onError: (error) => hooks?.onError?.(error, 'commit'),
    });
  }

  /** Joins the group. */
  async start(): Promise<void> {
    const { log, group, topics } = this.#options;
    await this.#link.join(log, {
      group,
      topics,
      coPartitioned: false,
      from: 'start',
      onAssigned: (claims) => this.#assigned(claims),
      onRevoked: (claims) => this.#revoked(claims),
      onRecords: (batch) => this.#deliver(batch),
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Of each partition held here the first offset that is not finished. */
  get positions(): readonly Position[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.positions);
  }

  /** Begins nothing more, waits (bounded) for what runs, commits and leaves; the rest is delivered again. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#link.pause([...this.#lanes.values()]);
    this.#waiting.length = 0;
    this.#attempts.abandon();
    if (this.#inFlight > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#idle = resolve;
      await waitAtMost(this.#options.clock, this.#options.drainMs, promise);
    }
    await this.#hints.last();
    await this.#link.leave();
  }

  async #assigned(claims: readonly Claim[]): Promise<readonly Position[]> {
    for (const claim of claims) this.#lanes.set(WorkLane.keyOf(claim), new WorkLane(claim));
    return [];
  }

  async #revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const lanes = partitions.flatMap((partition) => this.#lanes.get(WorkLane.keyOf(partition)) ?? []);
    for (const lane of lanes) if (this.#waiting.includes(lane)) this.#waiting.splice(this.#waiting.indexOf(lane), 1);
    await this.#hints.last();
    for (const lane of lanes) {
      this.#hints.forget(lane);
      this.#lanes.delete(lane.key);
    }
  }

  #deliver(batch: RecordBatch): void {
    const lane = this.#lanes.get(WorkLane.keyOf(batch));
    if (!lane || this.#isClosing) return;
    const wasEmpty = lane.isEmpty;
    lane.accept(batch);
    this.#hints.note(lane);
    if (lane.isEmpty) return;
    if (wasEmpty) this.#waiting.push(lane);
    this.#pump();
    if (!lane.isEmpty && !lane.isPaused) this.#hold(lane, true);
  }

  /** Lanes take turns. */
  #pump(): void {
    while (this.#inFlight < this.#options.maxInFlight && !this.#isClosing) {
      const lane = this.#waiting.shift();
      if (!lane) return;
      const message = lane.next();
      if (!lane.isEmpty) this.#waiting.push(lane);
      else if (lane.isPaused) this.#hold(lane, false);
      if (message) this.#begin(lane, message);
    }
  }

  #hold(lane: WorkLane, isPaused: boolean): void {
    lane.isPaused = isPaused;
    if (isPaused) this.#link.pause([lane]);
    else this.#link.resume([lane]);
  }

  #begin(lane: WorkLane, message: IncomingMessage): void {
    this.#inFlight += 1;
    const run = this.#known.join(message, () => this.#run(message));
    void run.then((isFinished) => {
      this.#inFlight -= 1;
      if (isFinished) this.#finished(lane, message);
      if (this.#inFlight === 0) this.#idle?.();
      this.#pump();
    });
  }

  #finished(lane: WorkLane, { offset }: IncomingMessage): void {
    lane.finish(offset);
    if (this.#lanes.get(lane.key) === lane) this.#hints.note(lane);
  }

  #run(message: IncomingMessage): Promise<boolean> {
    if (!this.#options.orderedByKey) return this.#attempts.run(message);
    const key = `${message.topic}/${message.key}`;
    const before = this.#lastOfKey.get(key) ?? Promise.resolve(true);
    const run = before.then((isFinished) => isFinished && this.#attempts.run(message));
    this.#lastOfKey.set(key, run);
    return run.finally(() => {
      if (this.#lastOfKey.get(key) === run) this.#lastOfKey.delete(key);
    });
  }
}
