/** A task as its events show it: what is due of it, which steps are ready, and which are at work. */
import type { PlanEvent, PlannedStep } from '@waybill/contracts';

/** From when on a step could be handed out: by the timeline, and for a retry by the owner's clock. */
export interface Ready {
  readonly since: number;
  readonly retryAt?: number;
}

/** When an event was decided: by the timeline, and by the owner's clock. */
export interface Moment {
  readonly now: number;
  readonly ownerNow: number;
}

export class TaskView {
  /** Owner's clock: of the task itself (under no name), of activations and of calls by step. */
  readonly dues = new Map<string, number>();
  readonly ready = new Map<string, Ready>();
  /** Steps whose activation holds a credit. */
  readonly atWork = new Set<string>();
  /** Its steps may have to wait for tokens that others have reserved. */
  mayWaitForTokens = false;
  private readonly missing = new Map<string, Set<string>>();
  private readonly calls = new Map<string, Set<number>>();

  follow(event: PlanEvent, moment: Moment): void {
    switch (event.type) {
      case 'TaskAccepted':
        return this.accept(event.data, moment);
      case 'PlanCreated':
        return this.plan(event.data.steps, moment);
      case 'StepDispatched':
        return this.begin(event.data);
      case 'StepSuspended':
        return this.suspend(event.data);
      case 'CallCompleted':
      case 'CallFailed':
        return this.answer(event.data, moment);
      case 'StepRetryScheduled':
        return this.retry(event.data, moment);
      case 'StepCompleted':
        return this.complete(event.data.step_id, moment);
      case 'StepFailed': // the end comes next
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskCancelled':
        return this.end();
    }
  }

  private accept({ budget, deadline_at }: DataOf<'TaskAccepted'>, { ownerNow }: Moment): void {
    this.mayWaitForTokens = budget.tokens !== undefined;
    if (deadline_at !== undefined) this.dues.set('', Math.max(deadline_at, ownerNow)); // it may have been on its way for long
  }

  private plan(steps: readonly PlannedStep[], { now }: Moment): void {
    for (const { step_id, needs } of steps) {
      this.missing.set(step_id, new Set(needs));
      if (needs.length === 0) this.ready.set(step_id, { since: now });
    }
  }

  private begin({ step_id, deadline_at }: DataOf<'StepDispatched'>): void {
    this.ready.delete(step_id);
    this.atWork.add(step_id);
    this.dues.set(step_id, deadline_at);
  }

  private suspend({ step_id, calls, deadline_at }: DataOf<'StepSuspended'>): void {
    this.close(step_id);
    this.calls.set(step_id, new Set(calls.map(({ ordinal }) => ordinal)));
    this.dues.set(step_id, deadline_at);
  }

  private answer({ step_id, ordinal }: { step_id: string; ordinal: number }, { now }: Moment): void {
    const calls = this.calls.get(step_id);
    calls?.delete(ordinal);
    if (!calls || calls.size > 0) return;
    this.close(step_id);
    this.ready.set(step_id, { since: now });
  }

  private retry({ step_id, retry_at }: DataOf<'StepRetryScheduled'>, { now }: Moment): void {
    this.close(step_id);
    this.ready.set(step_id, { since: now, retryAt: retry_at });
  }

  private complete(stepId: string, { now }: Moment): void {
    this.close(stepId);
    for (const [other, needs] of this.missing)
      if (needs.delete(stepId) && needs.size === 0) this.ready.set(other, { since: now });
  }

  private close(stepId: string): void {
    this.atWork.delete(stepId);
    this.dues.delete(stepId);
    this.calls.delete(stepId);
  }

  private end(): void {
    this.dues.clear();
    this.ready.clear();
    this.atWork.clear();
  }
}

type DataOf<T extends PlanEvent['type']> = Extract<PlanEvent, { type: T }>['data'];
