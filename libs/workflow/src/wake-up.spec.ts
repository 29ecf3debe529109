import { expect, it } from 'vitest';
import { nextWakeUp, readySteps } from './agenda.ts';
import { evolve } from './evolve.ts';
import { emptyPlan } from './plan.ts';
import { given } from './testing/given.ts';
import { started, t0, transient } from './testing/history.ts';

const wake = (at: number, jitter = 0) => ({ type: 'WakeUp' as const, at, jitter });
const retry = { max_attempts: 2, initial_ms: 1_000, factor: 1, max_ms: 1_000 };

it('fails the task at its deadline, before or after it is planned', () => {
  const { facts } = started({ a: {}, b: {} }, { deadline_at: t0 + 100 }).dispatch('a');
  const end = {
    type: 'TaskFailed' as const,
    data: { error: { class: 'exhausted' as const, code: 'deadline_exceeded' } },
  };
  given(...facts)
    .when(wake(t0 + 99))
    .thenNothing();
  given(...facts)
    .when(wake(t0 + 100))
    .then({ ...end, data: { ...end.data, open_work: true } });
  given(facts[0]!)
    .when(wake(t0 + 99))
    .thenNothing();
  given(facts[0]!)
    .when(wake(t0 + 100))
    .then(end);
  expect(nextWakeUp(evolve(emptyPlan(), facts[0]!), t0)).toBe(t0 + 100);
});

it('counts an activation that is not answered in time as a transient failure that used all it had', () => {
  const { facts } = started({ a: { retry, max_tokens: 30 } }).dispatch('a');
  given(...facts)
    .when(wake(t0 + 59_999))
    .thenNothing();
  given(...facts)
    .when(wake(t0 + 60_000, 0.25))
    .then({
      type: 'StepRetryScheduled',
      data: {
        epoch: 1,
        error: { class: 'transient', code: 'timeout' },
        usage: { prompt_tokens: 30, completion_tokens: 0 },
        retry_at: t0 + 60_250,
      },
    });
});

it('ends the task with the first step that has no attempt left, and nothing follows', () => {
  const last = { ...retry, max_attempts: 1 };
  const { facts } = started({
    a: { retry, max_tokens: 5 },
    b: { retry: last, max_tokens: 7 },
    c: { retry: last },
  }).dispatch('a', 'b', 'c');
  given(...facts)
    .when(wake(t0 + 60_000))
    .then(
      ...([
        { type: 'StepRetryScheduled', data: { step_id: 'a' } },
        { type: 'StepFailed', data: { step_id: 'b', error: { code: 'timeout' } } },
        {
          type: 'TaskFailed',
          data: { step_id: 'b', usage: { prompt_tokens: 12, completion_tokens: 0, steps: 3 }, open_work: true },
        },
      ] as const),
    );
});

it('spreads the retries of steps that time out together', () => {
  const ids = Array.from({ length: 10 }, (_, index) => `s${index}`);
  const history = started(Object.fromEntries(ids.map((id) => [id, { retry }])))
    .dispatch(...ids)
    .later(60_000)
    .wake(0.9);
  const times = history.facts.flatMap((fact) => (fact.type === 'StepRetryScheduled' ? [fact.data.retry_at] : []));
  expect(new Set(times).size).toBe(10);
  expect(times[0]).toBe(t0 + 60_900);
});

it('makes a retry ready when it is due', () => {
  const history = started({ a: { retry } }).dispatch('a').fail('a', transient(), 0.5);
  expect(readySteps(history.plan, history.at).length).toBe(0);
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 500);
  expect(readySteps(history.later(499).wake().plan, history.at).length).toBe(0);
  expect(readySteps(history.later(1).plan, history.at)).toEqual(['a']);
  expect(nextWakeUp(history.plan, history.at)).toBeUndefined();
  expect(history.dispatch('a').facts.at(-1)).toMatchObject({ type: 'StepDispatched', data: { epoch: 2 } });
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 60_500);
});

it('has nothing to do at the deadline of an activation that came back', () => {
  const history = started({ a: {}, b: {} }).dispatch('a').later(100).dispatch('b');
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 60_000);
  history.complete('a');
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 60_100);
  given(...history.facts)
    .when(wake(t0 + 60_000))
    .thenNothing();
});

it('hands out retries whose time has come before what became ready since, the earliest first', () => {
  const steps = { a: { retry }, b: { retry }, c: {}, d: { needs: ['c'] } };
  const history = started(steps).dispatch('a', 'b', 'c').fail('a', transient(), 0.5).fail('b', transient(), 0.2);
  history.complete('c');
  expect(readySteps(history.plan, t0 + 199)).toEqual(['d']);
  expect(readySteps(history.plan, t0 + 200)).toEqual(['b', 'd']);
  expect(readySteps(history.plan, t0 + 500)).toEqual(['b', 'a', 'd']);
});

it('has nothing to wait for before the beginning, after the end, and without deadlines', () => {
  expect(nextWakeUp(emptyPlan(), t0)).toBeUndefined();
  const history = started({ a: {} });
  expect(nextWakeUp(history.plan, history.at)).toBeUndefined();
  expect(nextWakeUp(started({ a: {} }, { deadline_at: t0 + 5 }).plan, t0)).toBe(t0 + 5);
  given().when(wake(t0)).thenIgnored('late');
  history.dispatch('a').complete('a');
  expect(nextWakeUp(history.plan, history.at)).toBeUndefined();
  given(...history.facts)
    .when(wake(t0))
    .thenIgnored('late');
});
