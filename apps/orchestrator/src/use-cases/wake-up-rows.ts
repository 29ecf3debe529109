/**
 * When the plans of one partition want to be looked at again: the rows that the store has, and the calendar that this owner goes by.
 * Promise: a row may be too early, never too late, so that most batches leave it as it is.
 */
import type { WakeUp } from '@waybill/storage';
import { WakeUpCalendar } from '../domain/wake-up-calendar.ts';

export class WakeUpRows {
  private readonly calendar = new WakeUpCalendar();
  private readonly stored = new Map<string, number>();

  constructor(rows: readonly WakeUp[]) {
    for (const row of rows) this.keep(row);
  }

  /** ms since 1970; undefined when nothing waits. */
  earliest(): number | undefined {
    return this.calendar.earliest();
  }

  /** Takes the plans whose time has come off the calendar; their rows stay until they are changed. */
  due(at: number): string[] {
    return this.calendar.due(at);
  }

  /** What is to be stored for a plan that wants to be looked at then; nothing when its row will do. */
  change(planId: string, wanted: number | undefined, at: number): WakeUp | undefined {
    const stored = this.stored.get(planId);
    if (stored === undefined && wanted === undefined) return undefined;
    // A row whose time has come is off the calendar, so it is set again even if the plan wants the same time.
    const willDo = stored !== undefined && wanted !== undefined && stored <= wanted && stored > at;
    return willDo ? undefined : { planId, at: wanted };
  }

  /** The store has these now. Rows of those that `isQueued` here are for who takes the partition next. */
  changed(rows: readonly WakeUp[], isQueued: (planId: string) => boolean): void {
    for (const row of rows) {
      this.keep(row);
      if (isQueued(row.planId)) this.calendar.set(row.planId, undefined);
    }
  }

  private keep({ planId, at }: WakeUp): void {
    this.calendar.set(planId, at);
    if (at === undefined) this.stored.delete(planId);
    else this.stored.set(planId, at);
  }
}
