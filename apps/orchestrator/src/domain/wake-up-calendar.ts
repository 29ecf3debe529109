/**
 * The times at which plans of one partition want to be looked at again. Times share buckets, so that setting and removing cost
 * the same however many wait, and one look serves many.
 * Promise: `due` answers each plan once, not before its time and, when asked in time, at most one bucket after it.
 */
import TinyQueue from 'tinyqueue';

const bucketMs = 20;

export class WakeUpCalendar {
  private readonly bucketOf = new Map<string, number>();
  private readonly buckets = new Map<number, Set<string>>();
  /** Every bucket in use is in it once; one that became empty stays until it comes to the top. */
  private readonly order = new TinyQueue<number>();

  /** ms since 1970; undefined takes the plan off the calendar. */
  set(planId: string, at: number | undefined): void {
    this.remove(planId);
    if (at === undefined) return;
    const bucket = Math.ceil(at / bucketMs);
    this.bucketOf.set(planId, bucket);
    const plans = this.buckets.get(bucket);
    if (plans) plans.add(planId);
    else {
      this.buckets.set(bucket, new Set([planId]));
      this.order.push(bucket);
    }
  }

  /** The earliest time at which something is due; undefined when nothing waits. */
  earliest(): number | undefined {
    for (let first = this.order.peek(); first !== undefined; first = this.order.peek()) {
      if (this.buckets.get(first)?.size) return first * bucketMs;
      this.buckets.delete(first);
      this.order.pop();
    }
    return undefined;
  }

  /** At most one bucket before the plan is due; undefined when it is not on the calendar. */
  timeOf(planId: string): number | undefined {
    const bucket = this.bucketOf.get(planId);
    return bucket === undefined ? undefined : (bucket - 1) * bucketMs;
  }

  /** Takes off and answers the plans whose time has come, at most so many. */
  due(now: number, most: number): string[] {
    const plans: string[] = [];
    for (let earliest = this.earliest(); earliest !== undefined && earliest <= now; earliest = this.earliest()) {
      const bucket = this.buckets.get(earliest / bucketMs)!;
      for (const planId of bucket) {
        if (plans.length >= most) return plans;
        plans.push(planId);
        this.remove(planId);
      }
    }
    return plans;
  }

  private remove(planId: string): void {
    const bucket = this.bucketOf.get(planId);
    if (bucket === undefined) return;
    this.bucketOf.delete(planId);
    this.buckets.get(bucket)?.delete(planId);
  }
}
