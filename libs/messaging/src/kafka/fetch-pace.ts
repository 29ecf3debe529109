/**
 * How soon a consumer fetches again. Each fetch costs client and broker about a millisecond, however little it brings: where many records come they are
 * let gather. After any batch there is a moment's pause, so that what the records have set off (a decision, its commit, a produce) leaves first: who waits
 * for a single record waits for that, and not for the next fetch.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 1;
const leastMs = 5;
const msPerRecord = 2;
const mostMs = 30;

export class FetchPace {
  private last = -Infinity;

  /** `gatherMs`: records may always come this much later. */
  constructor(
    private readonly gatherMs = 0,
    private readonly wait: (ms: number) => Promise<unknown> = sleep,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** After a batch: resolves when it is time for the next fetch. */
  async keep(records: number): Promise<void> {
    const apart = Math.max(this.gatherMs, leastMs, Math.min(records * msPerRecord, mostMs));
    await this.wait(Math.max(pauseMs, this.last + apart - this.now()));
    this.last = this.now();
  }
}
