/** The facts that end a step or a plan. Nothing follows a terminal fact, so each function here answers all that is left to say. */
import type { ErrorCode, Failure, PlanFact, Usage } from '@waybill/contracts';
import { errorCatalogue, recordable } from '@waybill/contracts';
import { isoTime } from './iso-time.ts';
import { lostUsage, noUsage, sum, totals } from './ledger.ts';
import type { RunningPlan, Step, Totals } from './plan.ts';

/** A longer detail helps nobody, and would not fit into a record for ever. */
const detailChars = 4_000;

export const clip = (text: string): string =>
  recordable(text.length <= detailChars ? text : `${text.slice(0, detailChars - 1)}…`);

export const failure = (code: ErrorCode, detail: string): Failure => ({
  class: errorCatalogue[code][0],
  code,
  detail: clip(detail),
});

/** Codes are a word or two. */
const codeChars = 128;

export const clipFailure = (error: Failure): Failure => ({
  ...error,
  code: recordable(error.code.slice(0, codeChars)),
  detail: clip(error.detail),
});

export interface Ending {
  readonly at: number;
  readonly usage: Totals;
  /** Whether an agent or a call may be at work still. */
  readonly open: boolean;
  /** Of the usage: what those at work had reserved. */
  readonly lost: number;
  readonly stepId?: string;
}

export const taskFailed = (error: Failure, { stepId, ...ending }: Ending): PlanFact => ({
  type: 'TaskFailed',
  time: isoTime(ending.at),
  data: { error, ...(stepId === undefined ? {} : { step_id: stepId }), ...settlement(ending) },
});

export const taskCancelled = (reason: string, ending: Ending): PlanFact => ({
  type: 'TaskCancelled',
  time: isoTime(ending.at),
  data: { reason, ...settlement(ending) },
});

const settlement = ({ usage, open, lost }: Omit<Ending, 'stepId'>) => ({
  usage,
  ...(open ? { open_work: true } : {}),
  ...(lost > 0 ? { lost_tokens: lost } : {}),
});

/** What the facts before a terminal one settle. */
export interface Settled {
  readonly usage: Usage;
  /** What was reserved for it. */
  readonly reserved: number;
  /** Steps at work that it ends. */
  readonly open: number;
}

export const nothingSettled: Settled = { usage: noUsage, reserved: 0, open: 0 };

/** The end of a step's attempt. */
export const settled = (step: Step, usage: Usage): Settled => ({
  usage,
  reserved: step.progress.status === 'running' ? step.progress.reserved : 0,
  open: isOpen(step) ? 1 : 0,
});

/** Whatever is still reserved then is lost, and counts as spent. */
export function endingOf(plan: RunningPlan, at: number, before: Settled = nothingSettled): Ending {
  const lost = plan.ledger.reserved - before.reserved;
  const usage = totals(plan.ledger, sum(before.usage, lostUsage(lost)));
  return { at, usage, open: plan.open > before.open, lost };
}

/** The end of what no step was dispatched of. */
export const unspent = (at: number): Ending => ({ at, usage: { ...noUsage, steps: 0 }, open: false, lost: 0 });

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
  const ending: Ending = { ...endingOf(plan, at, settled(step, usage)), stepId: step.planned.step_id };
  return [stepFailed(step, error, usage, at), taskFailed(error, ending)];
}

export const failPlan = (plan: RunningPlan, error: Failure, at: number): PlanFact[] => [
  taskFailed(error, endingOf(plan, at)),
];
