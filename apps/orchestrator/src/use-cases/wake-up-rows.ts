/**
 * When the plans of one partition want to be looked at again: the calendar that this owner goes by, and the rows that the store has for who takes
 * the partition next. They differ for a plan whose ready steps wait in the queue here: the next owner has to know of it at once.
 * Promise: both may be too early, never too late, so that most batches leave them as they are.
 */
import type { WakeUp } from '@waybill/storage';
import { WakeUpCalendar } from '../domain/wake-up-calendar.ts';

/** ms since 1970; undefined: not at all. */
export interface Wanted {
  /** By this owner. */
  readonly here: number | undefined;
  /** By the next one; not later. */
  readonly next: number | undefined;
}

export class WakeUpRows {
  private readonly calendar = new WakeUpCalendar();
  private readonly stored = new Map<string, number>();

  constructor(rows: readonly WakeUp[]) {
    for (const { planId, at } of rows) {
      if (at === undefined) continue;
      this.calendar.set(planId, at);
      this.stored.set(planId, at);
    }
  }

  /** Whether the store has a row of it, so that it knows the plan. */
  has(planId: string): boolean {
    return this.stored.has(planId);
  }

  /** ms since 1970; undefined when nothing waits. */
  earliest(): number | undefined {
    return this.calendar.earliest();
  }

  /** Takes plans whose time has come off the calendar, at most so many; their rows stay until they are changed. */
  due(at: number, most: number): string[] {
    return this.calendar.due(at, most);
  }

  /**
   * From now on the plan is looked at when it wants to be. Answers what is to be stored; nothing when its row will do.
   * A batch that cannot store it is the owner's last.
   */
  change(planId: string, { here, next }: Wanted, at: number): WakeUp | undefined {
    if (!willDo(this.calendar.timeOf(planId), here, at)) this.calendar.set(planId, here);
    const stored = this.stored.get(planId);
    if (willDo(stored, next, at)) return undefined;
    if (next === undefined) this.stored.delete(planId);
    else this.stored.set(planId, next);
    return { planId, at: next };
  }
}

/** One whose time has come would bring the plan up again and again. */
const willDo = (there: number | undefined, wanted: number | undefined, at: number): boolean =>
  there === undefined || wanted === undefined ? there === wanted : there <= wanted && (there > at || wanted <= at);
