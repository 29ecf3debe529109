/**
 * A tail without a group: every process sees every record.
 * Promises: records of a partition are handled in order, one by one or as the log delivers them; one that cannot be handled is put aside and
 * skipped, so that it never holds up the rest; `waitFor` says when a position was passed.
 */
import type { IncomingMessage } from '@waybill/contracts';
import { systemClock } from '../clock.ts';
import type { Position, RecordBatch, StartFrom, Tail } from '../message-log.ts';
import { Attempts } from './attempts.ts';
import type { Backoff } from './backoff.ts';
import { withDefaults, type ConsumerOptions } from './consumer-options.ts';
import type { DeadLetter } from './dead-letters.ts';
import { Progress } from './progress.ts';

export interface BroadcastTuning {
  /** Of one record; default 3. */
  readonly maxAttempts?: number;
  readonly backoff?: Backoff;
}

export interface BroadcastOptions extends ConsumerOptions, BroadcastTuning {
  readonly name: string;
  readonly topics: readonly string[];
  readonly from: StartFrom | ReadonlyMap<string, readonly number[]>;
  handle(message: IncomingMessage): Promise<void> | void;
  /** All that the log delivers of a partition at once. When it rejects the batch comes again, record by record, to `handle`. */
  onBatch?(batch: RecordBatch): Promise<void> | void;
  onDeadLetter(dead: DeadLetter): Promise<void>;
}

const defaults = {
  clock: systemClock,
  random: Math.random,
  maxAttempts: 3,
  backoff: { initialMs: 100, factor: 2, maxMs: 2_000 },
};

export class BroadcastConsumer {
  readonly #options: BroadcastOptions & typeof defaults;
  readonly #attempts: Attempts;
  readonly #progress: Progress;
  #tail: Tail | undefined;
  #isClosed = false;

  constructor(options: BroadcastOptions) {
    this.#options = withDefaults(defaults, options);
    this.#attempts = new Attempts({ ...this.#options, consumer: options.name });
    this.#progress = new Progress(this.#options.clock);
  }

  /** Resolves when the start is fixed: what is appended after that is handled. */
  async start(): Promise<void> {
    const { log, topics, from } = this.#options;
    const start = from === 'end' ? await this.#ends() : from;
    if (start !== 'start') this.#passed(start);
    this.#tail = await log.tail({ topics, from: start, onRecords: (batch) => this.#deliver(batch) });
    if (this.#isClosed) await this.#tail.close(); // meanwhile
  }

  /** Resolves when everything below the end offsets (by partition) has been handled, or lies before the start; rejects with `timeout`. */
  waitFor(topic: string, endOffsets: readonly number[], timeoutMs = 2_000): Promise<void> {
    return this.#progress.waitFor(topic, endOffsets, timeoutMs);
  }

  /** The next offsets, as far as they are known. */
  get positions(): readonly Position[] {
    return this.#progress.positions;
  }

  /** Resolves when what runs has settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#attempts.abandon();
    await this.#tail?.close();
  }

  /** Looked up here: the log does not say where a tail from the end begins, and `waitFor` must know. */
  async #ends(): Promise<ReadonlyMap<string, readonly number[]>> {
    const { log, topics } = this.#options;
    return new Map(await Promise.all(topics.map(async (topic) => [topic, await log.endOffsets(topic)] as const)));
  }

  #passed(start: ReadonlyMap<string, readonly number[]>): void {
    for (const [topic, offsets] of start) {
      for (const [partition, offset] of offsets.entries()) this.#progress.begins({ topic, partition, offset });
    }
  }

  async #deliver(batch: RecordBatch): Promise<void> {
    if (!(await this.#handledAtOnce(batch))) {
      for (const record of batch.records) {
        if (this.#isClosed) return;
        await this.#attempts.run(record);
      }
    }
    this.#progress.moved({ topic: batch.topic, partition: batch.partition, offset: batch.nextOffset });
  }

  async #handledAtOnce(batch: RecordBatch): Promise<boolean> {
    const options = this.#options;
    if (!options.onBatch) return false;
    try {
      await options.onBatch(batch);
      return true;
    } catch (error) {
      const { name: consumer, hooks } = options;
      hooks?.onRetry?.({ consumer, partition: batch.partition, failures: 1, delayMs: 0, error });
      return false;
    }
  }
}
