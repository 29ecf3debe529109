/** A task that ends while agents are at work: nobody knows what they have used, so all that they could counts as spent. */
import type { PlanFact } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { evolve } from './evolve.ts';
import { emptyPlan } from './plan.ts';
import { given } from './testing/given.ts';
import { started, t0, type Steps } from './testing/history.ts';

const steps: Steps = { a: { max_tokens: 40 }, b: { max_tokens: 7 }, c: { max_tokens: 9 } };
const spent = (prompt: number, completion: number, dispatches: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  steps: dispatches,
});
const usage = { prompt_tokens: 3, completion_tokens: 2 };
const atWork = () =>
  started(steps, { deadline_at: t0 + 90_000 })
    .dispatch('a', 'b', 'c')
    .complete('a', 1, usage);

it('settles what open attempts had reserved when the task is cancelled, and says how much that is', () =>
  given(...atWork().facts)
    .when({ type: 'CancelTask', reason: 'x', at: t0 })
    .then({ type: 'TaskCancelled', data: { usage: spent(19, 2, 3), lost_tokens: 16 } }));

it('settles it when the deadline of the task passes', () =>
  given(...started(steps, { deadline_at: t0 + 9 }).dispatch('a', 'b').facts)
    .when({ type: 'WakeUp', at: t0 + 9, jitter: 0 })
    .then({ type: 'TaskFailed', data: { usage: spent(47, 0, 2), lost_tokens: 47 } }));

it('settles it when the task fails by another step', () => {
  const history = atWork();
  const error = { class: 'denied', code: 'model_refused', detail: 'x' } as const;
  given(...history.facts)
    .when(history.result('b', { status: 'failed', error, usage }))
    .then(
      { type: 'StepFailed', data: { usage } },
      { type: 'TaskFailed', data: { usage: spent(15, 4, 3), lost_tokens: 9 } },
    );
});

it('settles it when a step used more than the budget had, and when a record of the plan cannot be read', () => {
  const history = started(steps, { budget: { tokens: 60 } }).dispatch('a', 'b');
  given(...history.facts)
    .when(history.result('a', { status: 'completed', output: 1, usage: { prompt_tokens: 60, completion_tokens: 0 } }))
    .then({ type: 'StepCompleted' }, { type: 'TaskFailed', data: { usage: spent(67, 0, 2), lost_tokens: 7 } });
  const error = { class: 'bug', code: 'poisoned', detail: 'x' } as const;
  given(...history.facts)
    .when({ type: 'FailTask', error, stepId: 'b', at: t0 })
    .then({ type: 'StepFailed' }, { type: 'TaskFailed', data: { usage: spent(47, 0, 2), lost_tokens: 40 } });
});

it('counts what times out at the same moment once', () => {
  const retry = { max_attempts: 1, initial_ms: 1, factor: 1, max_ms: 1 };
  const { facts } = started({ a: { max_tokens: 5 }, b: { retry, max_tokens: 7 }, c: { max_tokens: 9 } }).dispatch(
    'a',
    'b',
    'c',
  );
  given(...facts)
    .when({ type: 'WakeUp', at: t0 + 60_000, jitter: 0 })
    .then(
      ...([
        { type: 'StepRetryScheduled' },
        { type: 'StepFailed' },
        { type: 'TaskFailed', data: { usage: spent(21, 0, 3), lost_tokens: 9 } },
      ] as const),
    );
});

it('says nothing of lost tokens when none were', () => {
  const ends = [
    started(steps).apply({ type: 'CancelTask', reason: 'x', at: t0 }),
    started({ a: {} }).dispatch('a').complete('a', 1, usage),
    started({ a: {} }, { output: '${{ input.missing }}' }).dispatch('a').complete('a', 1, usage),
  ].map(({ facts }) => facts.at(-1)!);
  expect(ends.map(({ type }) => type)).toEqual(['TaskCancelled', 'TaskCompleted', 'TaskFailed']);
  for (const { data } of ends) expect(data).not.toHaveProperty('lost_tokens');
});

it('folds an end that was written before to the state that it always had', () => {
  const before: PlanFact = {
    type: 'TaskCancelled',
    time: '2026-05-28T20:26:40.000Z',
    data: { reason: 'x', usage: spent(3, 2, 3) },
  };
  expect([...atWork().facts, before].reduce(evolve, emptyPlan())).toEqual({
    status: 'ended',
    outcome: 'cancelled',
    usage: spent(3, 2, 3),
  });
});
