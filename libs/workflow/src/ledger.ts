/**
 * What a plan may spend. A dispatch reserves the most that it can use, a result settles it.
 * Promise: spent + reserved <= budget at every moment; only an agent that uses more than it was given can break it, and ends its task by that.
 */
import type { PlannedStep, Usage } from '@waybill/contracts';
import type { Ledger, RunningPlan, Totals } from './plan.ts';

export const noUsage: Usage = { prompt_tokens: 0, completion_tokens: 0 };

const tokensOf = (usage: Usage): number => usage.prompt_tokens + usage.completion_tokens;

export const openLedger = (): Ledger => ({ prompt_tokens: 0, completion_tokens: 0, reserved: 0, dispatches: 0 });

/** Tokens to reserve for a step, `wait` until reservations settle, or why it can never be dispatched. */
export function reservation(plan: RunningPlan, step: PlannedStep): number | 'wait' | { exhausted: string } {
  const { budget } = plan.task;
  const { ledger } = plan;
  if (budget.steps !== undefined && ledger.dispatches >= budget.steps) {
    return {
      exhausted: `The budget of ${budget.steps} steps (each activation counts) is used up before step ${step.step_id}.`,
    };
  }
  if (budget.tokens === undefined || step.max_tokens === 0) return step.max_tokens;
  const left = budget.tokens - tokensOf(ledger) - ledger.reserved;
  if (left >= step.max_tokens) return step.max_tokens;
  if (ledger.reserved > 0) return 'wait';
  if (left > 0) return left;
  return { exhausted: `The budget of ${budget.tokens} tokens is used up before step ${step.step_id}.` };
}

/** What a lost attempt settles: nobody knows what it used, so all that it could. */
export const lostUsage = (reserved: number): Usage => ({ prompt_tokens: reserved, completion_tokens: 0 });

/** Whether settling `reserved` as `usage` breaks the budget. */
export function overspends(plan: RunningPlan, reserved: number, usage: Usage): boolean {
  const { tokens } = plan.task.budget;
  if (tokens === undefined) return false;
  return tokensOf(plan.ledger) + plan.ledger.reserved - reserved + tokensOf(usage) > tokens;
}

export const sum = (one: Usage, other: Usage): Usage => ({
  prompt_tokens: one.prompt_tokens + other.prompt_tokens,
  completion_tokens: one.completion_tokens + other.completion_tokens,
});

/** Totals after `more` was settled. */
export const totals = (ledger: Ledger, more: Usage = noUsage): Totals => ({
  ...sum(ledger, more),
  steps: ledger.dispatches,
});
