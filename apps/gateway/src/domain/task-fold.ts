/**
 * The view of a task, folded from its events; what `GET /v1/tasks/{id}` answers.
 * Promises: the same events give the same view, live or stored; unknown events of newer services are passed over.
 */
import type {
  Budget,
  Failure,
  Json,
  JsonObject,
  PlanEvent,
  PlanEventData,
  PlanStepView,
  StepStatus,
  TaskStatus,
  TaskUsage,
  TaskView,
} from '@waybill/contracts';
import { isUuid7, madeAt, taskLinks } from './task-id.ts';

/** What a client submitted, as the command on the log says it. */
export interface SubmittedTask {
  readonly goal?: string | undefined;
  readonly workflow?: string | undefined;
  readonly input: JsonObject;
  readonly priority: number;
  readonly deadline_at?: number | undefined;
  readonly labels: Record<string, string>;
  readonly budget: Budget;
}

/** `submitted` stands in for events that are still to come. */
export function foldTask(taskId: string, events: readonly PlanEvent[], submitted?: SubmittedTask): TaskView {
  const fold = new TaskFold(taskId, submitted);
  for (const event of events) fold.apply(event);
  return fold.view();
}

const noUsage: TaskUsage = { prompt_tokens: 0, completion_tokens: 0, steps: 0 };
const openStatuses: ReadonlySet<StepStatus> = new Set<StepStatus>(['ready', 'running', 'waiting', 'retrying']);

class TaskFold {
  private task: SubmittedTask = { input: {}, priority: 5, labels: {}, budget: {} };
  private status: TaskStatus = 'accepted';
  private planner: TaskView['planner'] = null;
  private readonly steps = new Map<string, PlanStepView>();
  private readonly neededBy = new Map<string, string[]>();
  /** Needs that are not completed, and calls without an outcome, by step. */
  private readonly missing = new Map<string, number>();
  private readonly openCalls = new Map<string, number>();
  private output: Json = null;
  private error: Failure | null = null;
  private usage: TaskUsage = { ...noUsage };
  private createdAt: string | undefined;
  private updatedAt: string | undefined;
  private endedAt: string | null = null;

  constructor(
    private readonly taskId: string,
    submitted: SubmittedTask | undefined,
  ) {
    if (submitted) this.task = submitted;
    if (isUuid7(taskId)) this.createdAt = new Date(madeAt(taskId)).toISOString();
  }

  apply(event: PlanEvent): void {
    this.createdAt ??= event.time;
    this.updatedAt = event.time;
    switch (event.type) {
      case 'TaskAccepted':
        this.task = event.data;
        return;
      case 'PlanCreated':
        this.planCreated(event.data);
        return;
      case 'StepDispatched':
        this.usage.steps += 1;
        this.dispatched(event.data);
        return;
      case 'StepSuspended':
        this.spend(event.data.usage);
        this.step(event.data.step_id, 'waiting');
        this.openCalls.set(event.data.step_id, event.data.calls.length);
        return;
      case 'CallCompleted':
      case 'CallFailed':
        if (countDown(this.openCalls, event.data.step_id)) this.step(event.data.step_id, 'ready');
        return;
      case 'StepCompleted':
        this.spend(event.data.usage);
        this.completed(event.data);
        return;
      case 'StepRetryScheduled':
        this.spend(event.data.usage);
        this.step(event.data.step_id, 'retrying', event.data.error);
        return;
      case 'StepFailed':
        this.spend(event.data.usage);
        this.step(event.data.step_id, 'failed', event.data.error);
        return;
      case 'TaskCompleted':
        this.output = event.data.output;
        this.ended('completed', event);
        return;
      case 'TaskFailed':
        this.error = event.data.error;
        this.ended('failed', event);
        return;
      case 'TaskCancelled':
        this.error = { class: 'cancelled', code: 'cancelled', detail: event.data.reason };
        this.ended('cancelled', event);
    }
  }

  view(): TaskView {
    const { task, taskId } = this;
    const createdAt = this.createdAt ?? new Date(0).toISOString();
    return {
      task_id: taskId,
      plan_id: taskId,
      status: this.status,
      goal: task.goal ?? null,
      workflow: task.workflow ?? null,
      priority: task.priority,
      labels: task.labels,
      created_at: createdAt,
      updated_at: this.updatedAt ?? createdAt,
      ended_at: this.endedAt,
      input: task.input,
      deadline: task.deadline_at === undefined ? null : new Date(task.deadline_at).toISOString(),
      budget: task.budget,
      planner: this.planner,
      plan: [...this.steps.values()],
      output: this.output,
      usage: this.usage,
      error: this.error,
      links: taskLinks(taskId),
    };
  }

  private planCreated(plan: PlanEventData<'PlanCreated'>): void {
    this.status = 'running';
    this.planner = plan.planner;
    for (const step of plan.steps) {
      this.steps.set(step.step_id, {
        step_id: step.step_id,
        work_id: step.work_id,
        agent: step.agent,
        needs: step.needs,
        payload: step.with,
        reason: step.reason,
        status: step.needs.length === 0 ? 'ready' : 'pending',
        attempt: 0,
      });
      this.missing.set(step.step_id, step.needs.length);
      for (const need of step.needs) {
        const others = this.neededBy.get(need);
        if (others) others.push(step.step_id);
        else this.neededBy.set(need, [step.step_id]);
      }
    }
  }

  private dispatched({ step_id: stepId, epoch }: PlanEventData<'StepDispatched'>): void {
    this.step(stepId, 'running');
    const step = this.steps.get(stepId);
    if (step) step.attempt = epoch;
  }

  private step(stepId: string, status: StepStatus, error?: Failure): void {
    const step = this.steps.get(stepId);
    if (!step) return;
    step.status = status;
    if (error) step.error = error;
    else delete step.error;
  }

  private completed(data: PlanEventData<'StepCompleted'>): void {
    this.step(data.step_id, 'completed');
    const step = this.steps.get(data.step_id);
    if (step) Object.assign(step, { output: data.output, attempt: data.epoch }); // its dispatch may have been left out
    for (const next of this.neededBy.get(data.step_id) ?? [])
      if (countDown(this.missing, next)) this.step(next, 'ready');
  }

  private spend(usage: { prompt_tokens: number; completion_tokens: number }): void {
    this.usage.prompt_tokens += usage.prompt_tokens;
    this.usage.completion_tokens += usage.completion_tokens;
  }

  private ended(status: TaskStatus, event: { time: string; data: { usage: TaskUsage } }): void {
    this.status = status;
    this.endedAt = event.time;
    this.usage = event.data.usage;
    if (status === 'completed') return;
    for (const step of this.steps.values()) {
      if (openStatuses.has(step.status) && step.attempt > 0) step.status = 'cancelled';
      else if (step.status === 'pending' || step.status === 'ready') step.status = 'skipped';
    }
  }
}

/** Whether that was the last one. */
function countDown(counts: Map<string, number>, stepId: string): boolean {
  const left = (counts.get(stepId) ?? 0) - 1;
  counts.set(stepId, left);
  return left === 0;
}
