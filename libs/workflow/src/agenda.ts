/**
 * When to look at a plan again, in constant time: steps that are ready, and a lower bound of the next due time.
 * Steps and time decide what may happen; the agenda only says where to look, so it may be early and need not survive a restart.
 */
import { reservation } from './ledger.ts';
import type { Agenda, Plan, RunningPlan, Step } from './plan.ts';

export const openAgenda = (deadlineAt = Infinity): Agenda => ({
  ready: new Set(),
  timed: new Set(),
  earliest: deadlineAt,
});

const none: ReadonlySet<string> = new Set();

/**
 * Ids of the steps that can be dispatched, in order of becoming ready: a live view, of which entries go as they are dispatched.
 * None while the first of them waits for tokens that others have reserved: it is not overtaken, so that a large step does not starve.
 */
export function readySteps(plan: Plan): ReadonlySet<string> {
  if (plan.status !== 'running') return none;
  const { ready } = plan.agenda;
  if (ready.size === 0 || plan.task.budget.tokens === undefined) return ready;
  const [first] = ready;
  const step = plan.steps.get(first!);
  return step && reservation(plan, step.planned) === 'wait' ? none : ready;
}

/** Nothing is due before it; undefined: nothing is due ever. A WakeUp that finds nothing due raises it. */
export function nextWakeUp(plan: Plan): number | undefined {
  switch (plan.status) {
    case 'empty':
    case 'ended':
      return undefined;
    case 'accepted':
      return plan.task.deadline_at;
    case 'running':
      return plan.agenda.earliest === Infinity ? undefined : plan.agenda.earliest;
  }
}

/** The time at which something is due for the step; Infinity: never. */
export const dueAt = ({ progress }: Step): number => ('due_at' in progress ? progress.due_at : Infinity);

export function schedule(plan: RunningPlan, step: Step): void {
  plan.agenda.timed.add(step);
  plan.agenda.earliest = Math.min(plan.agenda.earliest, dueAt(step));
}

/** Retries that have become due are ready from now on; the bound rises to what is still to come. */
export function advance(plan: RunningPlan, at: number): void {
  let earliest = plan.task.deadline_at ?? Infinity;
  for (const step of plan.agenda.timed) {
    const due = dueAt(step);
    if (due <= at && step.progress.status === 'retrying') makeReady(plan, step);
    else earliest = Math.min(earliest, due);
  }
  plan.agenda.earliest = earliest;
}

export function makeReady({ agenda }: RunningPlan, step: Step): void {
  agenda.timed.delete(step);
  agenda.ready.add(step.planned.step_id);
}
