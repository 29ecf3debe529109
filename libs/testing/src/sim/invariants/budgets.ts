/** What a plan spends, counted from its events alone. */
import type { Budget, PlanEvent, Usage } from '@waybill/contracts';
import type { Invariant } from './invariant.ts';

/** Of one task. */
export interface Account {
  readonly budget: Budget;
  readonly reserved: Map<string, number>;
  spent: number;
  dispatches: number;
}

export function budgets(): Invariant {
  const accounts = new Map<string, Account>();
  return {
    promise:
      'Spent plus reserved never exceeds the budget, and the terminal event states what was spent, open reservations included.',
    onEvent(planId, event) {
      if (event.type === 'TaskAccepted') {
        accounts.set(planId, openAccount(event.data.budget));
      }
      const account = accounts.get(planId);
      return account && (bookedBy(account, event) ?? excess(account));
    },
  };
}

export const openAccount = (budget: Budget): Account => ({ budget, reserved: new Map(), spent: 0, dispatches: 0 });

/** Answers what an end misstates. */
export function bookedBy(account: Account, event: PlanEvent): string | undefined {
  switch (event.type) {
    case 'StepDispatched':
      account.reserved.set(event.data.work_id, event.data.max_tokens);
      account.dispatches += 1;
      return undefined;
    case 'StepSuspended':
    case 'StepCompleted':
    case 'StepRetryScheduled':
    case 'StepFailed':
      account.reserved.delete(event.data.work_id);
      account.spent += tokensOf(event.data.usage);
      return undefined;
    case 'TaskCompleted':
    case 'TaskFailed':
    case 'TaskCancelled':
      return misstated(account, event.data.usage);
    case 'TaskAccepted':
    case 'PlanCreated':
    case 'CallCompleted':
    case 'CallFailed':
      return undefined;
  }
}

const tokensOf = (usage: Usage): number => usage.prompt_tokens + usage.completion_tokens;

function misstated(account: Account, usage: Usage & { steps: number }): string | undefined {
  const { dispatches } = account;
  const spent = account.spent + reservedBy(account);
  if (tokensOf(usage) === spent && usage.steps === dispatches) return undefined;
  return `The end states ${tokensOf(usage)} tokens in ${usage.steps} dispatches; there were ${spent} in ${dispatches}`;
}

const reservedBy = ({ reserved }: Account): number => [...reserved.values()].reduce((sum, tokens) => sum + tokens, 0);

/** Neither spent nor reserved. */
export const tokensLeft = (account: Account): number =>
  (account.budget.tokens ?? Infinity) - account.spent - reservedBy(account);

function excess(account: Account): string | undefined {
  const { budget, spent, dispatches } = account;
  const open = reservedBy(account);
  if (budget.tokens !== undefined && spent + open > budget.tokens) {
    return `${spent} tokens spent and ${open} reserved of a budget of ${budget.tokens}`;
  }
  if (budget.steps !== undefined && dispatches > budget.steps)
    return `${dispatches} dispatches of a budget of ${budget.steps}`;
  return undefined;
}
