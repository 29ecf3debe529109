/** The order in which a plan's steps are handed out where tokens are scarce. */
import type { PlannedStep } from '@waybill/contracts';
import { bookedBy, openAccount, tokensLeft, type Account } from './budgets.ts';
import type { Invariant } from './invariant.ts';
import { TaskView } from './task-view.ts';

interface Task {
  readonly account: Account;
  readonly view: TaskView;
  steps: ReadonlyMap<string, PlannedStep>;
}

export function nobodyIsOvertaken(): Invariant {
  const tasks = new Map<string, Task>();
  return {
    promise: 'A step that waits for tokens is not overtaken by one that became ready later.',
    onEvent(planId, event) {
      if (event.type === 'TaskAccepted' && event.data.budget.tokens !== undefined) {
        tasks.set(planId, { account: openAccount(event.data.budget), view: new TaskView(), steps: new Map() });
      }
      const task = tasks.get(planId);
      if (!task) return undefined;
      if (event.type === 'PlanCreated') task.steps = new Map(event.data.steps.map((step) => [step.step_id, step]));
      const broken = event.type === 'StepDispatched' ? overtaken(task, event.data.step_id) : undefined;
      bookedBy(task.account, event);
      task.view.follow(event, { now: 0, ownerNow: 0 });
      return broken;
    },
  };
}

/** Retries have a time of their own, so they are left out. */
function overtaken({ account, view, steps }: Task, dispatched: string): string | undefined {
  if (view.ready.get(dispatched)?.retryAt !== undefined) return undefined;
  for (const [stepId, { retryAt }] of view.ready) {
    if (stepId === dispatched) return undefined;
    if (retryAt !== undefined) continue;
    if (account.reserved.size > 0 && steps.get(stepId)!.max_tokens > tokensLeft(account))
      return `Step ${dispatched} was handed out while ${stepId} had to wait for tokens`;
  }
  return undefined;
}
