/**
 * A tail without a group: every process sees every record.
 * Promises: records of a partition are handled in order; one that cannot be handled is put aside and skipped, so that it never holds up the rest; `waitFor` says when a position was passed.
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
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: BroadcastOptions) {
    this.#options = withDefaults(defaults, options);
    this.#attempts = new Attempts({ ...this.#options, consumer: options.name });
    this.#progress = new Progress(this.#options.clock);
  }

  /** Resolves when the start is fixed: what is appended after that is handled. */
  async start(): Promise<void> {
    const { log, topics, from } = this.#options;
    this.#tail = await log.tail({ topics, from, onRecords: (batch) => this.#deliver(batch) });
  }

  /** Resolves when everything below the end offsets (by partition) has been handled; rejects with `timeout`. */
  waitFor(topic: string, endOffsets: readonly number[], timeoutMs = 2_000): Promise<void> {
    return this.#progress.waitFor(topic, endOffsets, timeoutMs);
  }

  /** The next offsets, as far as records were seen. */
  get positions(): readonly Position[] {
    return this.#progress.positions;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#attempts.abandon();
    await this.#running;
    await this.#tail?.close();
  }

  #deliver(batch: RecordBatch): Promise<void> {
    const handled = this.#handleAll(batch);
    this.#running = Promise.all([this.#running, handled]).then(() => undefined);
    return handled;
  }

  async #handleAll(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      if (this.#isClosed) return;
      await this.#attempts.run(record);
    }
    this.#progress.moved([{ topic: batch.topic, partition: batch.partition, offset: batch.nextOffset }]);
  }
}
