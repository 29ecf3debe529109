/**
 * Hands what gathers in an inbox to one handler, batch after batch.
 * Promises: what is handed out or gathers is bounded in records and in characters, but for one delivery; never two batches at once; while one runs the next gathers; a batch that was rejected is handed out again after a back-off and a recovery, which says where to go on; once stopped no batch begins.
 */
import { PlatformError } from '@waybill/contracts';
import type { Clock, Random } from '../clock.ts';
import type { TopicPartition } from '../message-log.ts';
import { backoffMs, wait, type Backoff, type Wait } from './backoff.ts';
import { Inbox, type Taken } from './inbox.ts';

export interface BatchLoopOptions {
  readonly maxRecords: number;
  /** In the inbox; over it deliveries are to be held back. */
  readonly maxGathered: number;
  readonly backoff: Backoff;
  /** The least back-off after a lost fence. */
  readonly fencedMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  handle(taken: Taken, due: boolean): Promise<void>;
  /** After a rejection and its back-off: finds out where to go on and tells the inbox. When it rejects it is called again after a longer back-off. */
  recover(): Promise<void>;
  onFull(): void;
  onRoom(): void;
  onRetry(error: unknown, failures: number, delayMs: number): void;
}

/** In a batch, and in the inbox before deliveries are held back: what is counted in records alone may be gigabytes. */
const maxChars = 16 * 1024 * 1024;

export class BatchLoop {
  readonly inbox = new Inbox();
  #state: 'closed' | 'open' | 'stopped' = 'closed';
  #due = false;
  #full = false;
  #failures = 0;
  #backoff: Wait | undefined;
  #running: Promise<void> | undefined;
  #current: Promise<void> | undefined;

  constructor(private readonly options: BatchLoopOptions) {}

  /** No later delivery would still be part of the next batch. */
  get isBatchWhole(): boolean {
    return this.inbox.size >= this.options.maxRecords || this.inbox.chars >= maxChars;
  }

  /** Deliveries are to be held back. */
  get isFull(): boolean {
    return this.#full;
  }

  get isStopped(): boolean {
    return this.#state === 'stopped';
  }

  /** From now on batches are handed out. */
  open(): void {
    if (this.#state === 'closed') this.#state = 'open';
    this.#start();
  }

  /** Something came in. */
  poke(): void {
    if (!this.#full && (this.inbox.size >= this.options.maxGathered || this.inbox.chars >= maxChars)) {
      this.#full = true;
      this.options.onFull();
    }
    this.#start();
  }

  /** The partition was given up. What filled the inbox may have been its own: then nothing would come in to find it emptied. */
  forget(partition: TopicPartition): void {
    this.inbox.forget(partition);
    this.#makeRoom();
  }

  /** A batch is wanted even if nothing comes in. */
  wake(): void {
    this.#due = true;
    this.#start();
  }

  /** No further batch begins; resolves when the running one has settled. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#backoff?.cancel();
    await this.#running;
  }

  #start(): void {
    if (this.#state !== 'open' || this.#running || !this.#hasWork()) return;
    this.#running = this.#run();
  }

  #hasWork(): boolean {
    return this.#due || !this.inbox.isEmpty;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what is delivered in the same turn belongs to the same batch
    while (this.#state === 'open' && this.#hasWork()) {
      const due = this.#due;
      this.#due = false;
      const taken = this.inbox.take(this.options.maxRecords, maxChars);
      this.#makeRoom();
      try {
        this.#current = this.options.handle(taken, due);
        await this.#current;
        this.#failures = 0;
      } catch (error) {
        this.inbox.putBack(taken);
        this.#due ||= due;
        await this.#recover(error);
        this.#makeRoom(); // the recovery may have emptied the inbox: nothing would come in to find it so
      }
    }
    this.#running = undefined; // in the same step as the last look, so that nothing is missed
  }

  /** Resolves when the batch that runs now has settled. */
  async settled(): Promise<void> {
    await this.#current?.catch(() => undefined);
  }

  async #recover(cause: unknown): Promise<void> {
    let error = cause;
    while (!this.isStopped) {
      this.#failures += 1;
      const delayMs = backoffMs(this.options.backoff, this.#failures, this.options.random, this.#leastMs(error));
      this.options.onRetry(error, this.#failures, delayMs);
      this.#backoff = wait(this.options.clock, delayMs);
      await this.#backoff.over;
      if (this.isStopped) return;
      try {
        return await this.options.recover();
      } catch (again) {
        error = again;
      }
    }
  }

  #leastMs(error: unknown): number | undefined {
    if (!(error instanceof PlatformError)) return undefined;
    return error.code === 'fenced' ? this.options.fencedMs : error.retryAfterMs;
  }

  #makeRoom(): void {
    if (!this.#full || this.inbox.size > this.options.maxGathered / 2 || this.inbox.chars > maxChars / 2) return;
    this.#full = false;
    this.options.onRoom();
  }
}
