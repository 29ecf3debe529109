/**
 * A ready step becomes work: its input is evaluated, its tokens are reserved, its deadline is set.
 * Promises: no step is dispatched before its needs are completed, before its retry is due, or beyond the budget.
 */
import type { JournalEntry, Json, JsonObject, PlanFact } from '@waybill/contracts';
import { duplicate, late, nothing, type Decision } from './commands.ts';
import { clip, failPlan, failStep, failure, isOpen } from './endings.ts';
import { render } from './expressions/render.ts';
import { isoTime } from './iso-time.ts';
import { reservation } from './ledger.ts';
import type { Plan, RunningPlan, Step } from './plan.ts';
import { inputDepth, misfit } from './record-size.ts';
import { scopeOf } from './scope.ts';

export function dispatchStep(plan: Plan, stepId: string, at: number): Decision {
  if (plan.status !== 'running') return late;
  const step = plan.steps.get(stepId);
  if (!step) return late;
  if (isOpen(step) || step.progress.status === 'completed') return duplicate;
  if (!isReady(step, at)) return nothing;
  if (at >= (plan.task.deadline_at ?? Infinity)) return { events: failPlan(plan, deadlineExceeded, at) };
  const tokens = reservation(plan, step.planned);
  if (tokens === 'wait') return nothing;
  if (typeof tokens === 'object')
    return { events: failStep(plan, step, { error: failure('budget_exhausted', tokens.exhausted), at }) };
  return { events: dispatch(plan, step, tokens, at) };
}

export const deadlineExceeded = failure('deadline_exceeded', 'The deadline of the task has passed.');

const isReady = ({ progress }: Step, at: number): boolean =>
  progress.status === 'ready' || (progress.status === 'retrying' && progress.due_at <= at);

function dispatch(plan: RunningPlan, step: Step, tokens: number, at: number): PlanFact[] {
  const { planned, journal } = step;
  const rendered = render<JsonObject>(planned.with, scopeOf(plan));
  if ('reason' in rendered) {
    const { expression, reason } = rendered;
    const detail = `Step ${planned.step_id}: the expression \`${expression}\` could not be evaluated: ${clip(reason)}.`;
    return failStep(plan, step, { error: failure('expression_failed', detail), at });
  }
  const input = rendered.value;
  const size = misfit(journal.length === 0 ? input : [input, journal as unknown as Json[]], inputDepth);
  if (size !== undefined) {
    const detail = `The input and journal of step ${planned.step_id} do not fit into one record.`;
    return failStep(plan, step, { error: failure(size, detail), at });
  }
  const { step_id, work_id, agent, queue, timeout_ms } = planned;
  return [
    {
      type: 'StepDispatched',
      time: isoTime(at),
      data: {
        step_id,
        work_id,
        epoch: step.epoch,
        turn: step.turn,
        agent,
        queue,
        input,
        journal: journal as JournalEntry[],
        max_tokens: tokens,
        priority: plan.task.priority,
        deadline_at: deadlineOf(plan, timeout_ms, at),
      },
    },
  ];
}

/** Whole milliseconds, never beyond the task's own deadline. */
export const deadlineOf = (plan: RunningPlan, timeoutMs: number, at: number): number =>
  Math.min(Math.ceil(at + timeoutMs), plan.task.deadline_at ?? Number.MAX_SAFE_INTEGER);
