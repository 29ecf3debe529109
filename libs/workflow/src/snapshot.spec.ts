import { expect, it } from 'vitest';
import { nextWakeUp, readySteps } from './agenda.ts';
import { evolve } from './evolve.ts';
import { emptyPlan } from './plan.ts';
import { digestOf, restorePlan, snapshotOf } from './snapshot.ts';
import { History, requestOf, started, t0 } from './testing/history.ts';

it('restores every state of a plan with its agenda', () => {
  const history = new History();
  const check = () => {
    const restored = restorePlan(snapshotOf(history.plan));
    expect(digestOf(restored)).toBe(digestOf(history.plan));
    expect(readySteps(restored, history.at)).toEqual([...readySteps(history.plan, history.at)]);
    expect(nextWakeUp(restored, history.at)).toBe(nextWakeUp(history.plan, history.at));
    history.plan = restored;
  };
  check();
  history.submit(
    requestOf(
      { a: {}, b: {}, c: { needs: ['a', 'b'], with: { x: '${{ steps.a.output }}' } } },
      { deadline_at: t0 + 1e6 },
    ),
  );
  check();
  history.dispatch('a', 'b').search('b', 'x', 'y');
  check();
  history.answer('b', 1, 'yes').fail('a');
  check();
  history.later(600).wake();
  check();
  expect(readySteps(history.plan, history.at)).toEqual(['a']);
  history.answer('b', 0, 'no').dispatch('a', 'b').complete('a', { n: 1 });
  check();
  history.complete('b').dispatch('c');
  check();
  expect(history.facts.at(-1)).toMatchObject({ data: { input: { x: { n: 1 } } } });
  history.complete('c');
  check();
  expect(history.plan).toEqual({
    status: 'ended',
    outcome: 'completed',
    usage: { prompt_tokens: 0, completion_tokens: 0, steps: 5 },
  });
});

it('restores the input that the rules planner gave a goal', () => {
  const request = requestOf({}, { goal: 'Why?' });
  const agents = Object.fromEntries(
    ['retriever', 'analyzer', 'writer'].map((name) => [name, { queue: name, max_tokens: 0 }]),
  );
  const history = new History().submit({ ...request, agents });
  history.plan = restorePlan(snapshotOf(history.plan));
  expect(history.dispatch('retriever').facts.at(-1)).toMatchObject({ data: { input: { query: 'Why?' } } });
});

it('has the same digest live and folded, and another for another state', () => {
  const history = started({ a: {}, b: {} }).dispatch('a').fail('a').later(1_000).wake().dispatch('b');
  const folded = history.facts.reduce(evolve, emptyPlan());
  expect(digestOf(folded)).toBe(digestOf(history.plan));
  expect(digestOf(history.dispatch('a').plan)).not.toBe(digestOf(folded));
});

it('keeps little of a plan that has ended', () => {
  const history = started({ a: {} }, { input: { text: 'x'.repeat(10_000) } })
    .dispatch('a')
    .complete('a', 'y'.repeat(10_000));
  expect(snapshotOf(history.plan).length).toBeLessThan(200);
});

it('restores steps in the order in which they became ready or due, not in that of the definition', () => {
  const steps = { c: { needs: ['b'] }, b: {}, a: {} };
  const history = started(steps).dispatch('b', 'a').complete('b').fail('a').later(1_000);
  history.dispatch('c', 'a').fail('a').fail('c');
  for (const plan of [
    started({ x: { needs: ['y'] }, y: {}, z: {} })
      .dispatch('y')
      .complete('y').plan,
    history.plan,
  ]) {
    const restored = restorePlan(snapshotOf(plan));
    expect(readySteps(restored, t0 + 1e6)).toEqual([...readySteps(plan, t0 + 1e6)]);
  }
  expect(readySteps(history.plan, t0 + 1e6)).toEqual(['a', 'c']);
});

it('knows of a restored plan that work is open, so that its end signals it', () => {
  const history = started({ a: {}, b: {} }).dispatch('a', 'b').search('b', 'x');
  history.plan = restorePlan(snapshotOf(history.plan));
  history.apply({ type: 'CancelTask', reason: 'enough', at: t0 });
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskCancelled', data: { open_work: true } });
});
