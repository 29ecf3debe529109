/** Latency, attempts and tokens of a task, by step, agent and model. */
import { terminalEventTypes, type PlanEvent, type TaskMetrics } from '@waybill/contracts';
import { foldStep } from './step-fold.ts';
import { foldTask } from './task-fold.ts';

type StepFigures = TaskMetrics['steps'][number];
type Spent = Pick<StepFigures, 'attempts' | 'latency_ms' | 'prompt_tokens' | 'completion_tokens'>;

export function measureTask(taskId: string, events: readonly PlanEvent[]): TaskMetrics {
  const task = foldTask(taskId, events);
  const now = events.at(-1)?.time ?? task.created_at;
  const bySteps = groupByStep(events);
  const planCreated = events.filter((event) => event.type === 'PlanCreated');
  const ends = events.filter((event) => terminalEventTypes.has(event.type));
  const steps = task.plan.map((step) =>
    stepFigures(taskId, step.step_id, [...planCreated, ...(bySteps.get(step.step_id) ?? []), ...ends], now),
  );
  return {
    task_id: taskId,
    status: task.status,
    latency_ms: task.ended_at === null ? null : msBetween(task.created_at, task.ended_at),
    events: events.length,
    usage: task.usage,
    steps: steps.map((step, index) => ({ ...step, status: task.plan[index]!.status })),
    by_agent: [...sumBy(steps, (step) => step.agent)].map(([agent, sum]) => ({ agent, ...sum })),
    by_model: [...sumBy(steps, (step) => step.model)].map(([model, sum]) => ({ model, ...sum })),
  };
}

function groupByStep(events: readonly PlanEvent[]): Map<string, PlanEvent[]> {
  const groups = new Map<string, PlanEvent[]>();
  for (const event of events) {
    if (event.type === 'TaskFailed' || !('step_id' in event.data)) continue;
    const group = groups.get(event.data.step_id);
    if (group) group.push(event);
    else groups.set(event.data.step_id, [event]);
  }
  return groups;
}

/** Latency counts from the first dispatch to the end of the last attempt, waits for retries included. */
function stepFigures(taskId: string, stepId: string, events: readonly PlanEvent[], now: string): StepFigures {
  const step = foldStep(taskId, stepId, events)!;
  const first = step.attempts[0]?.started_at;
  const last = step.attempts.at(-1);
  return {
    step_id: stepId,
    agent: step.agent,
    model: step.model,
    status: step.status,
    attempts: step.attempts.length,
    latency_ms: first === undefined ? 0 : msBetween(first, last?.ended_at ?? now),
    ...step.usage,
  };
}

function sumBy(
  steps: readonly StepFigures[],
  keyOf: (step: StepFigures) => string | null,
): Map<string, Spent & { steps: number }> {
  const sums = new Map<string, Spent & { steps: number }>();
  for (const step of steps) {
    const key = keyOf(step);
    if (key === null) continue;
    const sum = sums.get(key) ?? { steps: 0, attempts: 0, latency_ms: 0, prompt_tokens: 0, completion_tokens: 0 };
    sum.steps += 1;
    for (const field of ['attempts', 'latency_ms', 'prompt_tokens', 'completion_tokens'] as const)
      sum[field] += step[field];
    sums.set(key, sum);
  }
  return sums;
}

const msBetween = (from: string, to: string): number => Math.max(0, Date.parse(to) - Date.parse(from));
