/** Reads one partition on behalf of one reader: one delivery at a time, each through the scheduler. */
import type { RecordBatch } from '@waybill/messaging';
import type { MemoryPartition } from './memory-partition.ts';

export type Schedule = (callback: () => void) => void;

export interface MemoryFeedOptions {
  readonly partition: MemoryPartition;
  readonly from: number;
  readonly maxBatch: number;
  readonly schedule: Schedule;
  deliver(batch: RecordBatch): Promise<void> | void;
  /** The feed stands still until `rewind` or `stop`. */
  onRejected(error: unknown, batch: RecordBatch): void;
  onAccepted?(): void;
}

export class MemoryFeed {
  #next: number;
  #isBusy = false;
  #isPaused = false;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();
  readonly #poke = (): void => this.#plan();

  constructor(private readonly options: MemoryFeedOptions) {
    this.#next = Math.max(options.from, options.partition.start);
    options.partition.listeners.add(this.#poke);
    this.#plan();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#plan();
  }

  rewind(offset: number): void {
    this.#next = offset;
    this.#isBusy = false;
    this.#plan();
  }

  /** Nothing more is delivered; resolves when what is under way has settled. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.options.partition.listeners.delete(this.#poke);
    return this.#running;
  }

  get #isIdle(): boolean {
    return this.#isPaused || this.#isStopped || this.#next >= this.options.partition.end;
  }

  #plan(): void {
    if (this.#isBusy || this.#isIdle) return;
    this.#isBusy = true;
    this.options.schedule(() => {
      this.#isBusy = false;
      if (!this.#isIdle) this.#deliver();
    });
  }

  #deliver(): void {
    const { partition, maxBatch } = this.options;
    const nextOffset = Math.min(partition.end, this.#next + maxBatch);
    const records = partition.read(this.#next, nextOffset);
    if (records.length === 0) {
      this.#next = nextOffset;
      return this.#plan();
    }
    const batch = { topic: partition.topic, partition: partition.partition, records, nextOffset };
    this.#next = nextOffset;
    this.#isBusy = true;
    const over = (): void => {
      this.#isBusy = false;
      this.options.onAccepted?.();
      this.#plan();
    };
    try {
      const delivered = this.options.deliver(batch);
      if (delivered) this.#running = delivered.then(over, (error: unknown) => this.options.onRejected(error, batch));
      else over();
    } catch (error) {
      this.options.onRejected(error, batch);
    }
  }
}
