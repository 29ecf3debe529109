/** The frame of a plan's life: one beginning, one plan, one end. */
import type { PlanEvent } from '@waybill/contracts';
import type { Poison } from '../poison.ts';
import type { Invariant } from './invariant.ts';
import { isEnd } from './plan-logs.ts';

export function oneLife({ harmed }: Poison): Invariant {
  const ended = new Map<string, string>();
  const seen = new Set<string>();
  /** Not even its submission could be decided. */
  const isStillborn = (planId: string, { type, seq }: PlanEvent): boolean =>
    type === 'TaskFailed' && seq === 1 && harmed.has(planId);
  return {
    promise:
      'A plan begins with one TaskAccepted, is created once, and nothing enters its events after its terminal one.',
    onEvent(planId, event) {
      const end = ended.get(planId);
      if (end !== undefined) return `${event.type} (seq ${event.seq}) came after ${end}`;
      if (isEnd(event)) ended.set(planId, event.type);
      if ((event.type === 'TaskAccepted') !== (event.seq === 1) && !isStillborn(planId, event))
        return `${event.type} is event ${event.seq}`;
      const once = `${planId} ${event.type}`;
      if (event.type === 'PlanCreated' && seen.has(once)) return 'A second PlanCreated';
      seen.add(once);
      return undefined;
    },
  };
}
