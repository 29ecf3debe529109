/** Waits in specs: for a condition, never for a time. */
import type { ManualClock } from './manual-clock.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets promises settle until the condition holds; with a clock, time jumps to the next callback whenever all is quiet. */
export async function until(condition: () => boolean, clock?: ManualClock, turns = 10_000): Promise<void> {
  for (let count = 0; count < turns; count += 1) {
    if (condition()) return;
    await turn();
    if (clock?.nextInMs !== undefined && count % 5 === 4 && !condition()) clock.advance(clock.nextInMs);
  }
  throw new Error(`Still not so after ${turns} turns: ${condition.toString()}`);
}

/** Lets everything happen that can happen without time passing. */
export async function quiet(turns = 20): Promise<void> {
  for (let count = 0; count < turns; count += 1) await turn();
}
