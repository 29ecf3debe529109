/**
 * What follows from a command in a state.
 * Promises: pure (no clock, chance or IO: they arrive in the command) and total (a broken rule is a rejection or an event, never an exception);
 * nothing follows a terminal event; a result is applied once; the cost of a result does not grow with the plan.
 */
import type { Failure, PlanFact } from '@waybill/contracts';
import { applyActivation } from './apply-result.ts';
import { duplicate, late, type Decision, type PlanCommand } from './commands.ts';
import { dispatchStep } from './dispatch-step.ts';
import { clip, clipFailure, endingOf, failStep, taskCancelled, taskFailed, unspent, type Ending } from './endings.ts';
import { lostUsage } from './ledger.ts';
import type { Plan } from './plan.ts';
import { submitTask } from './submit-task.ts';
import { applyCall } from './suspend-step.ts';
import { wakeUp } from './wake-up.ts';

export function decide(plan: Plan, command: PlanCommand): Decision {
  switch (command.type) {
    case 'SubmitTask':
      return plan.status === 'empty' ? submitTask(command.request, command.at) : duplicate;
    case 'DispatchStep':
      return dispatchStep(plan, command.stepId, command.at);
    case 'ApplyResult': {
      const { result, at, jitter } = command;
      return result.type === 'CallResult' ? applyCall(plan, result, at) : applyActivation(plan, result, at, jitter);
    }
    case 'CancelTask':
      return cancelTask(plan, command.reason, command.at);
    case 'WakeUp':
      return wakeUp(plan, command.at, command.jitter);
    case 'FailTask':
      return plan.status === 'ended' ? late : { events: failTask(plan, command) };
  }
}

function cancelTask(plan: Plan, reason: string, at: number): Decision {
  switch (plan.status) {
    case 'empty':
      return { rejected: 'task_not_found', detail: 'There is no such task.' };
    case 'ended':
      return { rejected: 'task_ended', detail: `The task has already ${ended[plan.outcome]}.` };
    case 'accepted':
    case 'running':
      return { events: [taskCancelled(clip(reason), endOf(plan, at))] };
  }
}

const ended = { completed: 'completed', failed: 'failed', cancelled: 'been cancelled' } as const;

/** A record of the plan could not be processed. Of an unknown plan it was the submission: its one event is this end. */
function failTask(
  plan: Plan,
  { error, stepId, at }: { error: Failure; stepId?: string; at: number },
): readonly PlanFact[] {
  const failure = clipFailure(error);
  const step = plan.status === 'running' && stepId !== undefined ? plan.steps.get(stepId) : undefined;
  if (plan.status !== 'running' || !step || step.progress.status === 'completed') {
    return [taskFailed(failure, { ...endOf(plan, at), ...(stepId === undefined ? {} : { stepId }) })];
  }
  const { progress } = step;
  return failStep(plan, step, {
    error: failure,
    at,
    usage: lostUsage(progress.status === 'running' ? progress.reserved : 0),
  });
}

const endOf = (plan: Plan, at: number): Ending => (plan.status === 'running' ? endingOf(plan, at) : unspent(at));
