/**
 * When to look at a plan again: steps that can be dispatched now, and the next time at which something is due.
 * Promises: it follows from events alone, as steps do; a question costs the same however large the plan is, and changes nothing.
 */
import { DueSteps } from './due-steps.ts';
import { reservation } from './ledger.ts';
import type { Agenda, Plan, Progress, RunningPlan, Step } from './plan.ts';

export const openAgenda = (): Agenda => ({ ready: new Set(), retries: new DueSteps(), deadlines: new DueSteps() });

/** Whether `readySteps` has any. */
export function hasReadySteps(plan: Plan, at: number): boolean {
  if (plan.status !== 'running') return false;
  const { ready, retries } = plan.agenda;
  if (ready.size === 0 && retries.earliest > at) return false;
  return plan.task.budget.tokens === undefined || !waitsForTokens(plan, at);
}

/**
 * Ids of the steps that can be dispatched: retries whose time has come, then the others in order of becoming ready.
 * None while the first of them waits for tokens that others have reserved: it is not overtaken, so that a large step does not starve.
 */
export function readySteps(plan: Plan, at: number): readonly string[] {
  if (plan.status !== 'running' || !hasReadySteps(plan, at)) return [];
  const { ready, retries } = plan.agenda;
  return [...retries.by(at).map(({ planned }) => planned.step_id), ...ready];
}

/** When something is due next, or since when; undefined: nothing is due ever. A retry whose time has come is ready and no longer due. */
export function nextWakeUp(plan: Plan, at: number): number | undefined {
  switch (plan.status) {
    case 'empty':
    case 'ended':
      return undefined;
    case 'accepted':
      return plan.task.deadline_at;
    case 'running': {
      const { deadlines, retries } = plan.agenda;
      const retry = retries.earliest > at ? retries.earliest : Infinity; // later ones are looked for when this one is dispatched
      const earliest = Math.min(plan.task.deadline_at ?? Infinity, deadlines.earliest, retry);
      return earliest === Infinity ? undefined : earliest;
    }
  }
}

/** The one place where a step's progress changes, so that the agenda always agrees with it. */
export function proceed({ agenda }: RunningPlan, step: Step, next: Progress): void {
  const before = step.progress;
  if (before.status === 'ready') agenda.ready.delete(step.planned.step_id);
  else if ('due_at' in before) duesOf(agenda, before).leave(step, before.due_at);
  step.progress = next;
  if (next.status === 'ready') agenda.ready.add(step.planned.step_id);
  else if ('due_at' in next) duesOf(agenda, next).enter(step, next.due_at);
}

const duesOf = ({ retries, deadlines }: Agenda, { status }: Progress): DueSteps<Step> =>
  status === 'retrying' ? retries : deadlines;

function waitsForTokens(plan: RunningPlan, at: number): boolean {
  const { ready, retries } = plan.agenda;
  const [first] = ready;
  const step = retries.firstBy(at) ?? plan.steps.get(first!);
  return step !== undefined && reservation(plan, step.planned) === 'wait';
}
