/** Waiting between attempts: bounded exponential with full jitter, on the injected clock. */
import type { Clock, Random } from '../clock.ts';

export interface Backoff {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
}

/** A random share of `min(maxMs, initialMs * factor^(failures - 1))`, yet never less than what the failing side asked for. */
export function backoffMs(backoff: Backoff, failures: number, random: Random, atLeastMs = 0): number {
  const ceiling = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** (failures - 1));
  return Math.max(atLeastMs, Math.ceil(random() * ceiling));
}

/** `over` resolves when the time has passed or `cancel` was called, whichever is first. */
export interface Wait {
  readonly over: Promise<void>;
  cancel(): void;
}

export function wait(clock: Clock, ms: number): Wait {
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = clock.after(ms, resolve);
  return {
    over: promise,
    cancel() {
      forget();
      resolve();
    },
  };
}

/** Waits for the work, yet no longer than `ms`; answers whether it was done. A failure of the work counts as done. */
export async function waitAtMost(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const limit = wait(clock, ms);
  const done = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, limit.over.then(() => false)]);
  limit.cancel();
  return inTime;
}
