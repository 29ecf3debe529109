/** An attempt that failed: another one later, within the time that records are kept, or the end of the step and with it of the task. */
import { maxWorkAgeMs, type Failure, type PlanFact, type Usage } from '@waybill/contracts';
import { failStep } from './endings.ts';
import { isoTime } from './iso-time.ts';
import type { RunningPlan, Step } from './plan.ts';

export interface LostAttempt {
  readonly error: Failure;
  readonly usage: Usage;
  readonly at: number;
  readonly jitter: number;
}

export function retryOrFail(plan: RunningPlan, step: Step, lost: LostAttempt): PlanFact[] {
  return retries(step, lost.error) ? [retryScheduled(step, lost)] : failStep(plan, step, lost);
}

/** Whether to retry follows from the class. */
export const retries = (step: Step, error: Failure): boolean =>
  error.class === 'transient' && step.epoch < step.planned.retry.max_attempts;

export function retryScheduled(step: Step, { error, usage, at, jitter }: LostAttempt): PlanFact {
  const { step_id, work_id } = step.planned;
  const retry_at = at + Math.min(Math.max(error.retry_after_ms ?? 0, backOff(step, jitter)), maxWorkAgeMs);
  return {
    type: 'StepRetryScheduled',
    time: isoTime(at),
    data: { step_id, work_id, epoch: step.epoch, error, usage, retry_at },
  };
}

/** Full jitter: a random share of the exponential bound, so that what failed together does not come back together. */
function backOff({ planned: { retry }, epoch }: Step, jitter: number): number {
  const bound = Math.min(retry.max_ms, retry.initial_ms * retry.factor ** (epoch - 1));
  return Math.floor(jitter * (Number.isNaN(bound) ? 0 : bound));
}
