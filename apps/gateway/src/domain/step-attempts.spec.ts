/** Attempts of a step that came to nothing: what is told of each, and what they have used together. */
import { mostTokens, TaskMetrics, type Failure, type PlanEvent } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { foldStep } from './step-fold.ts';
import { foldTask } from './task-fold.ts';
import { measureTask } from './task-metrics.ts';

const taskId = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const at = (seconds: number): string => `2026-11-21T10:00:${String(seconds).padStart(2, '0')}.000Z`;
const failure: Failure = { class: 'transient', code: 'model_failed', detail: 'x' };
const exhausted: Failure = { class: 'exhausted', code: 'budget_exhausted', detail: 'y' };
const step = { step_id: 'find', work_id: `${taskId}.1` };
const of = (epoch: number, error = failure, tokens = 0) => ({
  ...step,
  epoch,
  error,
  usage: { prompt_tokens: tokens, completion_tokens: 0 },
});

function events(...facts: readonly (readonly [type: string, data: object])[]): PlanEvent[] {
  const planned = { ...step, agent: 'a', needs: [], with: {}, reason: 'r' };
  const all = [['PlanCreated', { planner: 'definition', steps: [planned] }] as const, ...facts];
  return all.map(([type, data], index) => ({ seq: index + 1, type, time: at(index), data }) as unknown as PlanEvent);
}
const dispatched = (epoch: number) => ['StepDispatched', { ...step, epoch, turn: 0, max_tokens: mostTokens }] as const;

it('leaves an attempt that has ended alone when the next one fails before it has begun', () => {
  const life = events(dispatched(1), ['StepRetryScheduled', of(1)], ['StepFailed', of(2, exhausted)]);
  expect(foldStep(taskId, 'find', life)).toMatchObject({
    status: 'failed',
    attempt: 1,
    error: exhausted,
    attempts: [{ attempt: 1, status: 'failed', started_at: at(1), ended_at: at(2), error: failure }],
  });
});

it('tells of no attempt when the first one fails before it has begun', () =>
  expect(foldStep(taskId, 'find', events(['StepFailed', of(1, exhausted)]))).toMatchObject({
    status: 'failed',
    attempt: 0,
    attempts: [],
  }));

it('measures more than one attempt can use', () => {
  const lost = ([1, 2] as const).flatMap((epoch) => [
    dispatched(epoch),
    ['StepRetryScheduled', of(epoch, failure, mostTokens)] as const,
  ]);
  const metrics = measureTask(taskId, events(...lost));
  expect(metrics.steps[0]!.prompt_tokens).toBe(2 * mostTokens);
  expect(TaskMetrics.safeParse(metrics).error?.issues).toBeUndefined();
});

it('knows the attempt that completed also where dispatches were left out', () => {
  const completed = { ...step, epoch: 3, turn: 0, output: 1, usage: { prompt_tokens: 0, completion_tokens: 0 } };
  expect(foldTask(taskId, events(['StepCompleted', completed])).plan[0]).toMatchObject({ attempt: 3, output: 1 });
});
