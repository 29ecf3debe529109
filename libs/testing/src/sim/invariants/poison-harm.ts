/** What becomes of a task with a command or a record that cannot be decided, and of the others. */
import type { Poison } from '../poison.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

export function poisonHarmsItsOwn(logs: PlanLogs, { harmed }: Poison): Invariant {
  return {
    promise: 'What cannot be decided fails its own task, and no other.',
    onEvent(planId, event) {
      if (event.type !== 'TaskFailed' || event.data.error.code !== 'poisoned' || harmed.has(planId)) return undefined;
      return `It failed as poisoned, and everything of it can be decided`;
    },
    atRest: () =>
      firstBreach(harmed, (planId) =>
        logs.endOf(planId) ? undefined : breach(planId, 'It cannot be decided, and has not ended'),
      ),
  };
}
