/** An activation that asks for calls, and their outcomes. Nothing waits in memory but the step's place in the plan. */
import type { Call, CallResult, Json, Outcome, PlanFact } from '@waybill/contracts';
import { overspent, oversized, type Applied } from './applied.ts';
import { duplicate, late, type Decision } from './commands.ts';
import { deadlineOf } from './dispatch-step.ts';
import { clipFailure, failStep, failure } from './endings.ts';
import { findStep } from './find-step.ts';
import { isoTime } from './iso-time.ts';
import { noUsage, overspends } from './ledger.ts';
import type { Plan } from './plan.ts';
import { misfit } from './record-size.ts';

/** Turns of one epoch: an agent that has not answered by then goes round in circles. */
export const maxTurns = 50;

export function suspendStep(
  { plan, step, reserved, at }: Applied,
  { calls, usage = noUsage, thought }: Extract<Outcome, { status: 'suspended' }>,
): PlanFact[] {
  if (overspends(plan, reserved, usage)) return failStep(plan, step, { error: overspent(step), at, usage });
  const numbered = calls.map((call: Call, index) => ({ ordinal: step.ordinal + index, call }));
  const size = misfit([numbered as unknown as Json, thought ?? null]);
  if (size !== undefined) return failStep(plan, step, { error: oversized(step, size), at, usage });
  if (step.turn + 1 >= maxTurns) {
    const detail = `Step ${step.planned.step_id} asked for calls ${maxTurns} times without an answer.`;
    return failStep(plan, step, { error: failure('budget_exhausted', detail), at, usage });
  }
  const { step_id, work_id, timeout_ms } = step.planned;
  const data: Extract<PlanFact, { type: 'StepSuspended' }>['data'] = {
    step_id,
    work_id,
    epoch: step.epoch,
    turn: step.turn,
    calls: numbered,
    usage,
    deadline_at: deadlineOf(plan, timeout_ms, at),
  };
  if (thought !== undefined) data.thought = thought;
  return [{ type: 'StepSuspended', time: isoTime(at), data }];
}

/** Applied only to an open call of the open activation. */
export function applyCall(plan: Plan, result: CallResult, at: number): Decision {
  if (plan.status !== 'running') return late;
  const step = findStep(plan, result);
  if (!step || step.epoch !== result.epoch || step.turn !== result.turn) return late;
  const { progress } = step;
  if (progress.status !== 'waiting') return late;
  if (!progress.calls.has(result.ordinal)) return duplicate;
  const { step_id, work_id } = step.planned;
  const { epoch, turn, ordinal, outcome } = result;
  const call = { step_id, work_id, epoch, turn, ordinal };
  const time = isoTime(at);
  if (outcome.status === 'failed') {
    return { events: [{ type: 'CallFailed', time, data: { ...call, error: clipFailure(outcome.error) } }] };
  }
  const size = misfit(outcome.observation);
  if (size !== undefined) {
    const error = failure(size, `The answer to call ${ordinal} of step ${step_id} does not fit into one record.`);
    return { events: [{ type: 'CallFailed', time, data: { ...call, error } }] };
  }
  return { events: [{ type: 'CallCompleted', time, data: { ...call, observation: outcome.observation } }] };
}
