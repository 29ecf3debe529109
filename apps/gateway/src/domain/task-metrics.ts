/** Latency, attempts and tokens of a task, by step, agent and model. */
import { terminalEventTypes, type PlanEvent, type PlanStepView, type TaskMetrics } from '@waybill/contracts';
import { historyOf } from './step-fold.ts';
import { foldTask } from './task-fold.ts';

type StepFigures = TaskMetrics['steps'][number];
type Spent = Pick<StepFigures, 'attempts' | 'latency_ms' | 'prompt_tokens' | 'completion_tokens'>;

export function measureTask(taskId: string, events: readonly PlanEvent[]): TaskMetrics {
  const task = foldTask(taskId, events);
  const now = events.at(-1)?.time ?? task.created_at;
  const bySteps = groupByStep(events);
  const ends = events.filter((event) => terminalEventTypes.has(event.type));
  const steps = task.plan.map((step) => stepFigures(step, [...(bySteps.get(step.step_id) ?? []), ...ends], now));
  return {
    task_id: taskId,
    status: task.status,
    latency_ms: task.ended_at === null ? null : msBetween(task.created_at, task.ended_at),
    events: events.length,
    usage: task.usage,
    steps,
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
function stepFigures({ step_id, agent, status }: PlanStepView, events: readonly PlanEvent[], now: string): StepFigures {
  const { attempts, model, usage } = historyOf(step_id, events);
  const first = attempts[0]?.started_at;
  return {
    step_id,
    agent,
    model,
    status,
    attempts: attempts.length,
    latency_ms: first === undefined ? 0 : msBetween(first, attempts.at(-1)?.ended_at ?? now),
    ...usage,
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
