/**
 * Feeds one handler from one partition, from memory when it keeps up and from the file when it lags.
 * Promises: offsets ascend without a hole but for dropped records, of which it is told with a batch that has none; where nothing is left of what
 * was there once, one such batch says where it goes on; the handler is not called again before it has settled;
 * after a rejection nothing more is delivered until `again`, which begins with the same batch.
 */
import type { RecordBatch } from '../message-log.ts';
import type { BatchTable } from './batch-table.ts';
import type { Deliverer, Deliveries } from './deliveries.ts';
import type { LogPartition } from './log-partition.ts';

export interface ReaderOptions {
  readonly partition: LogPartition;
  readonly table: BatchTable;
  readonly deliveries: Deliveries;
  readonly from: number;
  readonly paused?: boolean;
  readonly onRecords: (batch: RecordBatch) => Promise<void> | void;
  /** The handler rejected, or the partition cannot be read. */
  readonly onFailure: (error: unknown) => void;
  readonly onDelivered?: () => void;
}

export class PartitionReader implements Deliverer {
  readonly #options: ReaderOptions;
  readonly #wake = (): void => this.#offer();
  #next: number;
  /** All that was there was dropped, and the handler does not know yet. */
  #isUntold: boolean;
  #current: RecordBatch | undefined;
  #busy = false;
  #paused: boolean;
  #failed = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#next = options.from;
    this.#isUntold = options.from > 0 && options.from === options.partition.start;
    this.#paused = options.paused ?? false;
    options.partition.waiting.add(this.#wake);
    this.#offer();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#offer();
  }

  again(): void {
    this.#failed = false;
    this.#offer();
  }

  /** Nothing is delivered any more; resolves when what is under way has settled. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#options.partition.waiting.delete(this.#wake);
    return this.#busy ? new Promise((resolve) => this.#whenIdle.push(resolve)) : Promise.resolve();
  }

  deliver(): void {
    if (!this.#mayDeliver()) return;
    try {
      this.#current ??= this.#read();
      this.#busy = true;
      const handled = this.#options.onRecords(this.#current);
      if (!handled) return this.#settled();
      handled.then(
        () => this.#settled(),
        (error: unknown) => this.#rejected(error),
      );
    } catch (error) {
      this.#rejected(error);
    }
  }

  #offer(): void {
    if (this.#mayDeliver()) this.#options.deliveries.ready(this);
  }

  #mayDeliver(): boolean {
    if (this.#busy || this.#paused || this.#stopped || this.#failed) return false;
    return this.#next < this.#options.partition.end || this.#isUntold;
  }

  #read(): RecordBatch {
    const { partition, table } = this.#options;
    return partition.read(table, Math.max(this.#next, partition.start));
  }

  #settled(): void {
    this.#next = this.#current!.nextOffset;
    this.#isUntold = false;
    this.#current = undefined;
    this.#idle();
    this.#options.onDelivered?.();
    this.#offer();
  }

  #rejected(error: unknown): void {
    this.#failed = true;
    this.#idle();
    this.#options.onFailure(error);
  }

  #idle(): void {
    this.#busy = false;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}
