/**
 * How soon a consumer fetches again. Each fetch costs client and broker about a millisecond, however little it brings: where more than two records come
 * in a millisecond they are let gather. Where fewer come somebody mostly waits for each of them: the events of a task that runs alone, four and then two
 * within ten milliseconds, must not wait for one another. After any batch there is a moment's pause, so that what the records have set off (a decision,
 * its commit, a produce) leaves first.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const pauseMs = 1;
/** The time between two fetches grows with what the last one brought, and so up to the bound, where more records come than one in this time. */
const msPerRecord = 0.5;
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
    const apart = Math.max(this.gatherMs, Math.min(records * msPerRecord, mostMs));
    await this.wait(Math.max(pauseMs, this.last + apart - this.now()));
    this.last = this.now();
  }
}
