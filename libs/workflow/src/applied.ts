/** A result that names the open activation of a step, and the failures that any such result can lead to. */
import type { ErrorCode, Failure } from '@waybill/contracts';
import { failure } from './endings.ts';
import type { RunningPlan, Step } from './plan.ts';

export interface Applied {
  readonly plan: RunningPlan;
  readonly step: Step;
  /** What the open activation had reserved. */
  readonly reserved: number;
  readonly at: number;
  readonly jitter: number;
}

/** An agent that used more than it was given: its use counts, and the task ends. */
export const overspent = ({ planned }: Step): Failure =>
  failure(
    'budget_exhausted',
    `Step ${planned.step_id} (agent ${planned.agent}) used more tokens than the budget had left.`,
  );

export const oversized = ({ planned }: Step, code: ErrorCode): Failure =>
  failure(code, `What step ${planned.step_id} (agent ${planned.agent}) answered does not fit into one record.`);
