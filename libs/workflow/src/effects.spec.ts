import { AgentWork, CancelSignal, SearchWork, type PlanEvent } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { effects } from './effects.ts';
import { started, t0, type History } from './testing/history.ts';

const effectsOf = (history: History) =>
  history.facts.flatMap((fact, index) => effects('task', { ...fact, seq: index + 1 } satisfies PlanEvent as PlanEvent));

it('sends the work of a dispatch to the queue of its agent', () => {
  const [effect, ...others] = effectsOf(started({ a: { with: { x: 1 }, max_tokens: 9 } }).dispatch('a'));
  expect(others).toEqual([]);
  expect(effect).toEqual({
    kind: 'work',
    queue: 'agent.a',
    work: {
      type: 'Activate',
      plan_id: 'task',
      step_id: 'a',
      work_id: 'task.1',
      epoch: 1,
      turn: 0,
      agent: 'agent_of_a',
      input: { x: 1 },
      journal: [],
      max_tokens: 9,
      priority: 5,
      not_after: t0 + 60_000,
    },
  });
  expect(AgentWork.safeParse((effect as { work: unknown }).work).success).toBe(true);
});

it('sends a search for each call of a suspension', () => {
  const searches = effectsOf(started({ a: {} }).dispatch('a').search('a', 'x', 'y')).slice(1);
  expect(searches).toMatchObject([
    {
      kind: 'search',
      work: { call: { step_id: 'a', epoch: 1, turn: 0, ordinal: 0 }, input: { query: 'x' }, not_after: t0 + 60_000 },
    },
    { kind: 'search', work: { call: { ordinal: 1 }, input: { query: 'y' } } },
  ]);
  for (const effect of searches) expect(SearchWork.safeParse((effect as { work: unknown }).work).success).toBe(true);
});

it('signals a cancellation or a failure only while work may be open', () => {
  const cancel = { type: 'CancelTask', reason: 'enough', at: t0 } as const;
  expect(effectsOf(started({ a: {} }).apply(cancel))).toEqual([]);
  const [, signal] = effectsOf(started({ a: {} }).dispatch('a').apply(cancel));
  expect(signal).toEqual({ kind: 'cancel', signal: { type: 'CancelSignal', plan_id: 'task', reason: 'enough' } });
  expect(CancelSignal.safeParse((signal as { signal: unknown }).signal).success).toBe(true);
  const error = { class: 'denied', code: 'model_refused', detail: 'no' } as const;
  expect(effectsOf(started({ a: {} }).dispatch('a').fail('a', error)).length).toBe(1);
  const [, , failed] = effectsOf(started({ a: {}, b: {} }).dispatch('a', 'b').fail('a', error));
  expect(failed).toMatchObject({ kind: 'cancel', signal: { reason: 'model_refused' } });
});

it('has no messages for what only the record needs to know', () => {
  const silent = started({ a: {} })
    .dispatch('a')
    .fail('a')
    .dispatch('a')
    .search('a', 'x')
    .answer('a', 0, 1)
    .dispatch('a')
    .complete('a');
  const kinds = silent.facts.filter((fact) => effects('task', fact).length === 0).map(({ type }) => type);
  expect(kinds).toEqual([
    'TaskAccepted',
    'PlanCreated',
    'StepRetryScheduled',
    'CallCompleted',
    'StepCompleted',
    'TaskCompleted',
  ]);
});
