/**
 * One record, one handler, several attempts.
 * Promises: only what may pass by itself (transient, or unknown) is tried again, a bounded number of times with full jitter; what is given up is handed to the dead letters before it counts as finished.
 * A store that is away is not the record's fault, so that no attempt is spent on it: the log is waited for without end, as the dead letter would go there too, any other store for as long as
 * the consumer says.
 */
import { failureOf, PlatformError, type IncomingMessage } from '@waybill/contracts';
import type { Clock, Random } from '../clock.ts';
import { backoffMs, wait, type Backoff, type Wait } from './backoff.ts';
import type { ConsumerHooks } from './consumer-options.ts';
import type { DeadLetter } from './dead-letters.ts';

export interface AttemptsOptions {
  readonly consumer: string;
  readonly maxAttempts: number;
  /** How long after its first failure a record waits for a store that is away; default 1 h. */
  readonly outageMs?: number;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks?: ConsumerHooks | undefined;
  handle(message: IncomingMessage): Promise<void> | void;
  onDeadLetter(dead: DeadLetter): Promise<void>;
}

/** A bounded number of attempts heals nothing that waits for the dead letters' topic to come back. */
const buryBackoff: Backoff = { initialMs: 200, factor: 2, maxMs: 10_000 };

export class Attempts {
  #waits = new Set<Wait>();
  #isAbandoned = false;

  constructor(private readonly options: AttemptsOptions) {}

  /** Answers whether the record is done with: false when it was abandoned and must come again. */
  run(message: IncomingMessage): Promise<boolean> {
    try {
      const handled = this.options.handle(message);
      return handled ? handled.then(done, (error: unknown) => this.#again(message, error)) : Promise.resolve(true);
    } catch (error) {
      return this.#again(message, error);
    }
  }

  /** What waits for another attempt is given back; what runs is left alone. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const waiting of this.#waits) waiting.cancel();
  }

  async #again(message: IncomingMessage, first: unknown): Promise<boolean> {
    const { clock, outageMs = 3_600_000 } = this.options;
    let isLong = false; // a timer says so, for the clock may be set meanwhile
    const outage = wait(clock, outageMs);
    void outage.over.then(() => (isLong = true));
    this.#waits.add(outage);
    try {
      return await this.#tryAgain(message, first, (error) => isWaitedFor(error, isLong));
    } finally {
      this.#waits.delete(outage);
      outage.cancel();
    }
  }

  async #tryAgain(
    message: IncomingMessage,
    first: unknown,
    isWaitedFor: (error: unknown) => boolean,
  ): Promise<boolean> {
    const { clock, maxAttempts, backoff } = this.options;
    const firstFailedAt = clock.now();
    const spends = (one: unknown): number => (isWaitedFor(one) ? 0 : 1);
    let error = first;
    let attempts = 1;
    let spent = spends(error);
    while (mayPass(error) && spent < maxAttempts) {
      await this.#pause(message, error, attempts, backoff);
      if (this.#isAbandoned) return false;
      attempts += 1;
      try {
        await this.options.handle(message);
        return true;
      } catch (next) {
        error = next;
        spent += spends(error);
      }
    }
    return this.#bury({ message, failure: failureOf(error), attempts, firstFailedAt, lastFailedAt: clock.now() });
  }

  async #bury(dead: DeadLetter): Promise<boolean> {
    for (let failures = 1; !this.#isAbandoned; failures += 1) {
      try {
        await this.options.onDeadLetter(dead);
        this.options.hooks?.onDeadLetter?.(dead);
        return true;
      } catch (error) {
        await this.#pause(dead.message, error, failures, buryBackoff);
      }
    }
    return false;
  }

  async #pause(message: IncomingMessage, error: unknown, failures: number, backoff: Backoff): Promise<void> {
    if (this.#isAbandoned) return;
    const { clock, random, hooks, consumer } = this.options;
    const atLeastMs = error instanceof PlatformError ? error.retryAfterMs : undefined;
    const delayMs = backoffMs(backoff, failures, random, atLeastMs);
    hooks?.onRetry?.({ consumer, partition: message.partition, message, failures, delayMs, error });
    const waiting = wait(clock, delayMs);
    this.#waits.add(waiting);
    await waiting.over;
    this.#waits.delete(waiting);
  }
}

const done = (): boolean => true;

const isWaitedFor = (error: unknown, isLong: boolean): boolean =>
  error instanceof PlatformError && (error.code === 'log_unavailable' || (error.code === 'unavailable' && !isLong));

/** An unknown error counts as a bug, yet is tried again: a bounded number of times. */
const mayPass = (error: unknown): boolean => !(error instanceof PlatformError) || error.retryable;
