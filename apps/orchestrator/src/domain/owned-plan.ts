/**
 * A plan in the hands of its partition's owner: the core's state, its place in the event order, and what the owner alone must know of it.
 * Promise: `seq` counts the plan's events without gaps, whether they were loaded or have just been decided.
 */
import type { PlanEvent, PlanFact, PlatformError, WhoseData } from '@waybill/contracts';
import { emptyPlan, type Core, type Plan } from '@waybill/workflow';

export interface PlanTrace {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** Of a snapshot. To make and write one holds up all plans of the process, and a text of half a gigabyte cannot be made at all. */
const maxSnapshotChars = 16 * 1024 * 1024;

export class OwnedPlan {
  plan: Plan = emptyPlan();
  seq = 0;
  /** Of the newest snapshot; 0 when there is none. */
  snapshotSeq = 0;
  /** Of it and of the events after it: a snapshot would hardly be larger. */
  private chars = 0;
  whose: WhoseData | undefined;
  /** Where spans of what the plan does next hang. */
  traceparent: string | undefined;
  tracestate: string | undefined;
  priority = 5;
  /** When its first event was decided, also where that is its end, RFC 3339; undefined when it began at a snapshot. */
  begunAt: string | undefined;
  /** Why its stored events cannot be folded: then it is empty here, and nothing may be decided for it. */
  unreadable: PlatformError | undefined;
  private readonly openSteps = new Set<string>();

  constructor(
    readonly planId: string,
    private readonly core: Core,
  ) {}

  /** Begins at a snapshot instead of the first event. */
  restore(plan: Plan, seq: number, chars: number): void {
    this.plan = plan;
    this.seq = seq;
    this.snapshotTaken(chars);
    if (plan.status === 'accepted' || plan.status === 'running') this.priority = plan.task.priority;
    if (plan.status !== 'running') return;
    for (const [stepId, { progress }] of plan.steps) if (progress.status === 'running') this.openSteps.add(stepId);
  }

  /** What it does next belongs to this trace. */
  enter({ traceparent, tracestate }: PlanTrace): void {
    this.traceparent = traceparent;
    this.tracestate = tracestate;
  }

  /** Gives the fact its place and folds it. */
  apply(fact: PlanFact): PlanEvent {
    this.seq += 1;
    if (this.seq === 1) this.begunAt = fact.time;
    this.plan = this.core.evolve(this.plan, fact);
    this.follow(fact);
    return { seq: this.seq, type: fact.type, time: fact.time, data: fact.data } as PlanEvent;
  }

  /** What `apply` made is stored as a text of so many characters. */
  stored(chars: number): void {
    this.chars += chars;
  }

  /** Whether it is time for a snapshot. A plan that is too large for one is folded from its events. */
  wantsSnapshot(everyEvents: number): boolean {
    return this.seq - this.snapshotSeq >= everyEvents && this.chars <= maxSnapshotChars;
  }

  snapshotTaken(chars: number): void {
    this.snapshotSeq = this.seq;
    this.chars = chars;
  }

  /** Activations that were handed out and have not come back. */
  get openActivations(): number {
    return this.openSteps.size;
  }

  private follow(fact: PlanFact): void {
    switch (fact.type) {
      case 'TaskAccepted':
        this.priority = fact.data.priority;
        return;
      case 'StepDispatched':
        this.openSteps.add(fact.data.step_id);
        return;
      case 'StepSuspended':
      case 'StepCompleted':
      case 'StepRetryScheduled':
      case 'StepFailed':
        this.openSteps.delete(fact.data.step_id);
        return;
      case 'TaskCompleted':
      case 'TaskFailed':
      case 'TaskCancelled':
        this.openSteps.clear();
        return;
      case 'PlanCreated':
      case 'CallCompleted':
      case 'CallFailed':
        return;
    }
  }
}
