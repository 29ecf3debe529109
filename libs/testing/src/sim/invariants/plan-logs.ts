/** `plan.events` as a consumer reads it: per plan, in order, without what he has seen already. */
import { topics, type IncomingMessage, type PlanEvent } from '@waybill/contracts';
import type { ParsedEvents } from '../parsed-events.ts';

export interface LoggedEvent {
  readonly event: PlanEvent;
  /** To the letter. */
  readonly value: string;
  readonly cause: string | undefined;
}

export class PlanLogs {
  readonly plans = new Map<string, LoggedEvent[]>();

  constructor(private readonly parsed: ParsedEvents) {}

  /** Answers the event if it is new, or in a sentence what is wrong with it. */
  read(record: IncomingMessage): PlanEvent | string | undefined {
    if (record.topic !== topics.planEvents) return undefined;
    const events = this.plans.get(record.key) ?? [];
    this.plans.set(record.key, events);
    const value = record.value as string;
    const event = this.parsed.of(value);
    const cause = record.headers['cause'];
    const known = events[event.seq - 1];
    if (known) {
      const isSame = known.value === value && known.cause === cause;
      return isSame ? undefined : `Event ${event.seq} was ${known.value} and came again as ${value}`;
    }
    if (event.seq !== events.length + 1) return `Event ${event.seq} follows event ${events.length}`;
    events.push({ event, value, cause });
    return event;
  }

  eventsOf(planId: string): readonly LoggedEvent[] {
    return this.plans.get(planId) ?? [];
  }

  /** The event that ended the plan. */
  endOf(planId: string): PlanEvent | undefined {
    return this.eventsOf(planId).find(({ event }) => isEnd(event))?.event;
  }

  get eventCount(): number {
    let count = 0;
    for (const events of this.plans.values()) count += events.length;
    return count;
  }
}

export const isEnd = ({ type }: PlanEvent): boolean =>
  type === 'TaskCompleted' || type === 'TaskFailed' || type === 'TaskCancelled';
