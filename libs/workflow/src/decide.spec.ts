import type { Failure } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { nextWakeUp } from './agenda.ts';
import { emptyPlan } from './plan.ts';
import { given } from './testing/given.ts';
import { requestOf, started, t0, transient } from './testing/history.ts';

const cancel = { type: 'CancelTask' as const, reason: 'No longer wanted', at: t0 };
const bug: Failure = { class: 'bug', code: 'poisoned', detail: 'A record could not be processed.' };
const poison = (stepId?: string) => ({
  type: 'FailTask' as const,
  error: bug,
  ...(stepId === undefined ? {} : { stepId }),
  at: t0,
});

it('cancels a task for good, and says whether work may be open', () => {
  const history = started({ a: {}, b: {} });
  given(...history.facts)
    .when(cancel)
    .then({ type: 'TaskCancelled', data: { reason: cancel.reason, usage: { steps: 0 } } });
  expect(given(...history.facts).when(cancel)).toBeDefined();
  given(...history.dispatch('a').facts)
    .when(cancel)
    .then({ type: 'TaskCancelled', data: { open_work: true, usage: { steps: 1 } } });
  given(history.facts[0]!)
    .when(cancel)
    .then({ type: 'TaskCancelled', data: { usage: { steps: 0 } } });
});

it('rejects the cancellation of a task that is unknown or has ended', () => {
  given().when(cancel).thenRejected('task_not_found');
  given(...started({ a: {} }).dispatch('a').complete('a').facts)
    .when(cancel)
    .thenRejected('task_ended');
  given(...started({ a: {} }).apply(cancel).facts)
    .when(cancel)
    .thenRejected('task_ended');
  given(...started({}).facts)
    .when(cancel)
    .thenRejected('task_ended');
});

it('gives a poisoned record the outcome that it names', () => {
  const history = started({ a: { max_tokens: 8 }, b: { needs: ['a'] } }).dispatch('a');
  given(...history.facts)
    .when(poison())
    .then({ type: 'TaskFailed', data: { error: bug, open_work: true } });
  given(...history.facts)
    .when(poison('a'))
    .then(
      { type: 'StepFailed', data: { step_id: 'a', error: bug, usage: { prompt_tokens: 8, completion_tokens: 0 } } },
      { type: 'TaskFailed', data: { step_id: 'a', error: bug } },
    );
  given(...history.facts)
    .when(poison('b'))
    .then({ type: 'StepFailed', data: { step_id: 'b' } }, { type: 'TaskFailed' });
  given(...history.facts)
    .when(poison('zz'))
    .then({ type: 'TaskFailed', data: { step_id: 'zz' } });
  given(...history.complete('a').facts)
    .when(poison('a'))
    .then({ type: 'TaskFailed', data: { step_id: 'a' } });
});

it('ends a plan whose submission was the poisoned record, and one that is not planned yet', () => {
  given()
    .when(poison())
    .then({ type: 'TaskFailed', data: { error: bug, usage: { steps: 0 } } });
  given(started({ a: {} }).facts[0]!)
    .when(poison())
    .then({ type: 'TaskFailed', data: { error: bug } });
  const history = started({}).facts;
  given(...history)
    .when(poison())
    .thenIgnored('late');
});

it('says nothing of other commands before a plan exists', () => {
  given().when({ type: 'DispatchStep', stepId: 'a', at: t0 }).thenIgnored('late');
  expect(nextWakeUp(emptyPlan(), t0)).toBeUndefined();
});

it('does not dispatch a step that is not planned yet', () => {
  const [accepted] = started({ a: {} }, { deadline_at: t0 + 9 }).facts;
  given(accepted!).when({ type: 'DispatchStep', stepId: 'a', at: t0 }).thenIgnored('late');
  given(accepted!)
    .when({ type: 'SubmitTask', request: requestOf({ a: {} }), at: t0 })
    .thenIgnored('duplicate');
});

it('writes every time of a decision as RFC 3339', () => {
  const history = started({ a: {} }).later(1).dispatch('a').later(1).fail('a', transient());
  expect(history.facts.map((fact) => fact.time)).toEqual([
    '2026-05-28T20:26:40.000Z',
    '2026-05-28T20:26:40.000Z',
    '2026-05-28T20:26:40.001Z',
    '2026-05-28T20:26:40.002Z',
  ]);
});
