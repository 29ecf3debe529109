/**
 * How soon a consumer fetches again. Each fetch costs client and broker about a millisecond, however little it brings: where many records come they are
 * let gather, and who waits for a single one never notices.
 */
import { setTimeout as sleep } from 'node:timers/promises';

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
    const left = this.last + apart - this.now();
    if (left > 0) await this.wait(left);
    this.last = this.now();
  }
}
