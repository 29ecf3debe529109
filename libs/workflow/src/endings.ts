/** The facts that end a step or a plan. Nothing follows a terminal fact, so each function here answers all that is left to say. */
import type { ErrorCode, Failure, PlanFact, Usage } from '@waybill/contracts';
import { errorCatalogue } from '@waybill/contracts';
import { isoTime } from './iso-time.ts';
import { noUsage, totals } from './ledger.ts';
import type { RunningPlan, Step, Totals } from './plan.ts';

/** A longer detail helps nobody, and would not fit into a record for ever. */
const detailChars = 4_000;

export const clip = (text: string): string =>
  text.length <= detailChars ? text : `${text.slice(0, detailChars - 1).toWellFormed()}…`;

export const failure = (code: ErrorCode, detail: string): Failure => ({
  class: errorCatalogue[code][0],
  code,
  detail: clip(detail),
});

/** Codes are a word or two. */
const codeChars = 128;

export const clipFailure = (error: Failure): Failure =>
  error.detail.length <= detailChars && error.code.length <= codeChars
    ? error
    : { ...error, code: error.code.slice(0, codeChars).toWellFormed(), detail: clip(error.detail) };

export interface Ending {
  readonly at: number;
  readonly usage: Totals;
  /** Whether an agent or a call may be at work still. */
  readonly open: boolean;
  readonly stepId?: string;
}

export const taskFailed = (error: Failure, { at, usage, open, stepId }: Ending): PlanFact => ({
  type: 'TaskFailed',
  time: isoTime(at),
  data: { error, ...(stepId === undefined ? {} : { step_id: stepId }), usage, ...(open ? { open_work: true } : {}) },
});

export const taskCancelled = (reason: string, { at, usage, open }: Ending): PlanFact => ({
  type: 'TaskCancelled',
  time: isoTime(at),
  data: { reason, usage, ...(open ? { open_work: true } : {}) },
});

export const stepFailed = (step: Step, error: Failure, usage: Usage, at: number): PlanFact => ({
  type: 'StepFailed',
  time: isoTime(at),
  data: { step_id: step.planned.step_id, work_id: step.planned.work_id, epoch: step.epoch, error, usage },
});

export const isOpen = ({ progress }: Step): boolean => progress.status === 'running' || progress.status === 'waiting';

/** A step that fails ends its task; `usage` is what its attempt settles. */
export function failStep(
  plan: RunningPlan,
  step: Step,
  { error, at, usage = noUsage }: { error: Failure; at: number; usage?: Usage },
): PlanFact[] {
  const ending: Ending = {
    at,
    usage: totals(plan.ledger, usage),
    open: plan.open > (isOpen(step) ? 1 : 0),
    stepId: step.planned.step_id,
  };
  return [stepFailed(step, error, usage, at), taskFailed(error, ending)];
}

export const failPlan = (plan: RunningPlan, error: Failure, at: number): PlanFact[] => [
  taskFailed(error, { at, usage: totals(plan.ledger), open: plan.open > 0 }),
];
