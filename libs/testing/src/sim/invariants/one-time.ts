/** When the events of one commit have happened. */
import type { ParsedEvents } from '../parsed-events.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';

export function oneTime(parsed: ParsedEvents): Invariant {
  return {
    promise: 'All of a commit is decided at one time.',
    onCommit: ({ events }) => {
      const timeOf = (value: unknown): string => parsed.of(value as string).time;
      const first = events[0] && timeOf(events[0].message.value);
      return firstBreach(events, ({ planId, seq, message: { value } }) =>
        timeOf(value) === first
          ? undefined
          : breach(planId, `Event ${seq} is of ${timeOf(value)}, and others of its commit are of ${first}`),
      );
    },
  };
}
