/**
 * The state after an event. Promises: never throws (the event has happened); constant cost per event, the creation of a plan apart;
 * nothing in it depends on anything but events, so folding `plan.events` gives the live state.
 */
import type { PlanEventData, PlanEventType, PlanFact, Usage } from '@waybill/contracts';
import { proceed } from './agenda.ts';
import { recordCall } from './journal.ts';
import type { Plan, Progress, RunningPlan, Step, TaskFacts } from './plan.ts';
import { startPlan } from './start-plan.ts';

export function evolve(plan: Plan, fact: PlanFact): Plan {
  switch (fact.type) {
    case 'TaskAccepted':
      return plan.status === 'empty' ? { status: 'accepted', task: taskFacts(fact.data) } : plan;
    case 'PlanCreated':
      return plan.status === 'accepted' ? startPlan(plan.task, fact.data) : plan;
    case 'TaskCompleted':
      return { status: 'ended', outcome: 'completed', usage: fact.data.usage };
    case 'TaskFailed':
      return { status: 'ended', outcome: 'failed', usage: fact.data.usage };
    case 'TaskCancelled':
      return { status: 'ended', outcome: 'cancelled', usage: fact.data.usage };
    case 'StepDispatched':
    case 'StepSuspended':
    case 'CallCompleted':
    case 'CallFailed':
    case 'StepCompleted':
    case 'StepRetryScheduled':
    case 'StepFailed': {
      const step = plan.status === 'running' ? plan.steps.get(fact.data.step_id) : undefined;
      if (plan.status === 'running' && step) evolveStep(plan, step, fact);
      return plan;
    }
  }
}

type Data<T extends PlanEventType> = PlanEventData<T>;
type StepFact = Extract<PlanFact, { data: { step_id: string; work_id: string } }>;

function taskFacts({ goal, input, priority, deadline_at, budget }: Data<'TaskAccepted'>): TaskFacts {
  return {
    ...(goal === undefined ? {} : { goal }),
    input,
    priority,
    ...(deadline_at === undefined ? {} : { deadline_at }),
    budget,
  };
}

function evolveStep(plan: RunningPlan, step: Step, fact: StepFact): void {
  switch (fact.type) {
    case 'StepDispatched':
      return dispatched(plan, step, fact.data);
    case 'StepSuspended':
      return suspended(plan, step, fact.data);
    case 'CallCompleted':
    case 'CallFailed':
      if (recordCall(step, fact.data)) resume(plan, step);
      return;
    case 'StepCompleted':
      return completed(plan, step, fact.data);
    case 'StepRetryScheduled':
      leave(plan, step, { status: 'retrying', due_at: fact.data.retry_at }, fact.data.usage);
      step.epoch = fact.data.epoch + 1;
      step.turn = 0;
      return;
    case 'StepFailed':
      return leave(plan, step, { status: 'failed' }, fact.data.usage);
  }
}

function dispatched(plan: RunningPlan, step: Step, data: Data<'StepDispatched'>): void {
  plan.ledger.reserved += data.max_tokens;
  plan.ledger.dispatches += 1;
  plan.open += 1;
  step.epoch = data.epoch;
  step.turn = data.turn;
  proceed(plan, step, { status: 'running', due_at: data.deadline_at, reserved: data.max_tokens });
}

function suspended(plan: RunningPlan, step: Step, { calls, thought, usage, deadline_at }: Data<'StepSuspended'>): void {
  const open = new Map(
    calls.map(({ ordinal, call }, index) => [
      ordinal,
      index === 0 && thought !== undefined ? { call, thought } : { call },
    ]),
  );
  leave(plan, step, { status: 'waiting', due_at: deadline_at, calls: open }, usage);
  plan.open += 1;
  step.ordinal += calls.length;
}

/** All calls have outcomes: the next turn may begin. */
function resume(plan: RunningPlan, step: Step): void {
  plan.open -= 1;
  step.turn += 1;
  proceed(plan, step, { status: 'ready' });
}

function completed(plan: RunningPlan, step: Step, { output, usage }: Data<'StepCompleted'>): void {
  leave(plan, step, { status: 'completed', output }, usage);
  step.journal = [];
  plan.left -= 1;
  for (const next of step.neededBy) {
    next.missing -= 1;
    if (next.missing === 0) proceed(plan, next, { status: 'ready' });
  }
}

/** The step's activation is over: its reservation is settled. */
function leave(plan: RunningPlan, step: Step, next: Progress, usage: Usage): void {
  const { progress } = step;
  if (progress.status === 'running') plan.ledger.reserved -= progress.reserved;
  if (progress.status === 'running' || progress.status === 'waiting') plan.open -= 1;
  plan.ledger.prompt_tokens += usage.prompt_tokens;
  plan.ledger.completion_tokens += usage.completion_tokens;
  proceed(plan, step, next);
}
