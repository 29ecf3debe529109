/** Fires whatever is due: the task's deadline, deadlines of activations and calls, retries. */
import type { Failure, PlanFact } from '@waybill/contracts';
import { late, nothing, type Decision } from './commands.ts';
import { deadlineExceeded } from './dispatch-step.ts';
import {
  endingOf,
  failPlan,
  failure,
  nothingSettled,
  settled,
  stepFailed,
  taskFailed,
  unspent,
  type Settled,
} from './endings.ts';
import { lostUsage, noUsage, sum } from './ledger.ts';
import { retries, retryScheduled } from './lost-attempt.ts';
import type { Plan, RunningPlan, Step } from './plan.ts';

export function wakeUp(plan: Plan, at: number, jitter: number): Decision {
  switch (plan.status) {
    case 'empty':
    case 'ended':
      return late;
    case 'accepted': {
      if (at < (plan.task.deadline_at ?? Infinity)) return nothing;
      return { events: [taskFailed(deadlineExceeded, unspent(at))] };
    }
    case 'running':
      if (at >= (plan.task.deadline_at ?? Infinity)) return { events: failPlan(plan, deadlineExceeded, at) };
      return timeOut(plan, at, jitter);
  }
}

/** All decided on one state, so what earlier ones settle is carried along: a later one may end the task. */
function timeOut(plan: RunningPlan, at: number, jitter: number): Decision {
  const events: PlanFact[] = [];
  let before = nothingSettled;
  let share = jitter;
  for (const step of plan.agenda.deadlines.by(at)) {
    const error = timedOut(step);
    const usage = step.progress.status === 'running' ? lostUsage(step.progress.reserved) : noUsage;
    before = both(before, settled(step, usage));
    if (!retries(step, error)) {
      const ending = { ...endingOf(plan, at, before), stepId: step.planned.step_id };
      events.push(stepFailed(step, error, usage, at), taskFailed(error, ending));
      break;
    }
    events.push(retryScheduled(step, { error, usage, at, jitter: share }));
    share = (share + goldenRatio) % 1;
  }
  return events.length === 0 ? nothing : { events };
}

const both = (one: Settled, other: Settled): Settled => ({
  usage: sum(one.usage, other.usage),
  reserved: one.reserved + other.reserved,
  open: one.open + other.open,
});

/** Steps that time out together share one jitter: multiples of this spread them evenly. */
const goldenRatio = 0.618_033_988_749_895;

const timedOut = ({ planned, progress, epoch }: Step): Failure =>
  failure(
    'timeout',
    progress.status === 'waiting'
      ? `The calls of step ${planned.step_id} were not answered in time (attempt ${epoch}).`
      : `Step ${planned.step_id} was not answered in time by agent ${planned.agent} (attempt ${epoch}).`,
  );
