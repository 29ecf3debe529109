/**
 * The outcome of an activation. Promise: it is applied only if it names the open activation, so each is applied once;
 * its cost does not grow with the plan.
 */
import { recordable, type ActivationResult, type Json, type Outcome, type PlanFact } from '@waybill/contracts';
import { overspent, oversized, type Applied } from './applied.ts';
import { duplicate, late, type Decision } from './commands.ts';
import { clip, clipFailure, endingOf, failStep, failure, settled, taskFailed, type Ending } from './endings.ts';
import { render } from './expressions/render.ts';
import { findStep } from './find-step.ts';
import { isoTime } from './iso-time.ts';
import { lostUsage, noUsage, overspends } from './ledger.ts';
import { retryOrFail } from './lost-attempt.ts';
import type { Plan, RunningPlan } from './plan.ts';
import { inputDepth, misfit } from './record-size.ts';
import { scopeOf } from './scope.ts';
import { suspendStep } from './suspend-step.ts';

export function applyActivation(plan: Plan, result: ActivationResult, at: number, jitter: number): Decision {
  if (plan.status !== 'running') return late;
  const step = findStep(plan, result);
  if (!step) return late;
  if (step.epoch !== result.epoch || step.turn !== result.turn) return late;
  if (step.progress.status !== 'running') return duplicate;
  return { events: apply({ plan, step, reserved: step.progress.reserved, at, jitter }, result.outcome) };
}

function apply(applied: Applied, outcome: Outcome): PlanFact[] {
  switch (outcome.status) {
    case 'completed':
      return complete(applied, outcome);
    case 'suspended':
      return suspendStep(applied, outcome);
    case 'failed': {
      const { plan, step, reserved, at, jitter } = applied;
      const usage = outcome.usage ?? lostUsage(reserved);
      if (overspends(plan, reserved, usage)) return failStep(plan, step, { error: overspent(step), at, usage });
      return retryOrFail(plan, step, { error: clipFailure(outcome.error), usage, at, jitter });
    }
  }
}

function complete(
  { plan, step, reserved, at }: Applied,
  outcome: Extract<Outcome, { status: 'completed' }>,
): PlanFact[] {
  const { output, usage = noUsage, model, thought } = outcome;
  const size = misfit(thought === undefined ? output : [output, thought]);
  if (size !== undefined) return failStep(plan, step, { error: oversized(step, size), at, usage });
  const { step_id, work_id } = step.planned;
  const data: Extract<PlanFact, { type: 'StepCompleted' }>['data'] = {
    step_id,
    work_id,
    epoch: step.epoch,
    turn: step.turn,
    output,
    usage,
  };
  if (model !== undefined) data.model = recordable(model.slice(0, 256));
  if (thought !== undefined) data.thought = thought;
  const completed: PlanFact = { type: 'StepCompleted', time: isoTime(at), data };
  if (overspends(plan, reserved, usage)) {
    const ending = { ...endingOf(plan, at, settled(step, usage)), stepId: step_id };
    return [completed, taskFailed(overspent(step), ending)];
  }
  if (plan.left > 1) return [completed];
  return [completed, lastFact(plan, { stepId: step_id, output }, endingOf(plan, at, settled(step, usage)))];
}

/** After its last step: the output of the task, or why it could not be evaluated. */
function lastFact(plan: RunningPlan, last: { stepId: string; output: Json }, ending: Ending): PlanFact {
  const rendered = render<Json>(plan.output, scopeOf(plan, last));
  if ('reason' in rendered) {
    const detail = `Output: the expression \`${rendered.expression}\` could not be evaluated: ${clip(rendered.reason)}.`;
    return taskFailed(failure('expression_failed', detail), ending);
  }
  const size = misfit(rendered.value, inputDepth);
  if (size !== undefined)
    return taskFailed(failure(size, 'The output of the task does not fit into one record.'), ending);
  return { type: 'TaskCompleted', time: isoTime(ending.at), data: { output: rendered.value, usage: ending.usage } };
}
