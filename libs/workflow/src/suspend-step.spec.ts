import { limits } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { nextWakeUp, readySteps } from './agenda.ts';
import { maxTurns } from './suspend-step.ts';
import { given } from './testing/given.ts';
import { started, t0, transient, type History } from './testing/history.ts';

const one = { a: { max_tokens: 50, retry: { max_attempts: 2, initial_ms: 0, factor: 1, max_ms: 0 } } };
const call = (query: string) => ({ kind: 'knowledge.search', input: { query } });

it('records the calls with ordinals, settles the activation and sets a deadline for the calls', () => {
  const history = started(one).dispatch('a').later(1_000);
  given(...history.facts)
    .when(
      history.result('a', {
        status: 'suspended',
        calls: [call('x'), call('y')] as never,
        thought: 'let me look',
        usage: { prompt_tokens: 3, completion_tokens: 4 },
      }),
    )
    .then({
      type: 'StepSuspended',
      data: {
        epoch: 1,
        turn: 0,
        thought: 'let me look',
        calls: [
          { ordinal: 0, call: call('x') as never },
          { ordinal: 1, call: call('y') as never },
        ],
        usage: { prompt_tokens: 3, completion_tokens: 4 },
        deadline_at: t0 + 61_000,
      },
    });
});

it('is ready again when all calls have outcomes, and goes on with the journal in the next turn', () => {
  const history = started(one).dispatch('a');
  const calls = [call('x'), call('y')] as never;
  history.apply(history.result('a', { status: 'suspended', calls, thought: 'hm' })).answer('a', 1, { hits: [] });
  expect(readySteps(history.plan, history.at).length).toBe(0);
  const error = { class: 'transient', code: 'unavailable', detail: 'away' } as const;
  history.apply(history.callResult('a', 0, { status: 'failed', error }));
  expect(readySteps(history.plan, history.at)).toEqual(['a']);
  given(...history.facts)
    .when({ type: 'DispatchStep', stepId: 'a', at: t0 })
    .then({
      type: 'StepDispatched',
      data: {
        epoch: 1,
        turn: 1,
        journal: [
          { ordinal: 0, turn: 0, thought: 'hm', call: call('x') as never, error },
          { ordinal: 1, turn: 0, call: call('y') as never, observation: { hits: [] } },
        ],
      },
    });
});

it('applies the outcome of a call once, and only to the open activation', () => {
  const history = started(one).dispatch('a').search('a', 'x', 'y');
  const answer = history.callResult('a', 0, { status: 'completed', observation: 1 });
  history.apply(answer);
  given(...history.facts)
    .when(answer)
    .thenIgnored('duplicate');
  const last = history.callResult('a', 1, { status: 'completed', observation: 2 });
  history.apply(last);
  given(...history.facts)
    .when(last)
    .thenIgnored('late');
  given(...history.dispatch('a').facts)
    .when(last)
    .thenIgnored('late');
  given(...started(one).facts)
    .when(last)
    .thenIgnored('late');
  given().when(last).thenIgnored('late');
  history.complete('a');
  given(...history.facts)
    .when(last)
    .thenIgnored('late');
});

it('ignores the result of a turn that has been suspended', () => {
  const history = started(one).dispatch('a');
  const result = history.result('a', { status: 'completed', output: 1 });
  history.search('a', 'x');
  given(...history.facts)
    .when(result)
    .thenIgnored('duplicate');
  given(...history.answer('a', 0, 1).facts)
    .when(result)
    .thenIgnored('late');
});

it('keeps the journal and goes on with the ordinals in a retry', () => {
  const history = started(one)
    .dispatch('a')
    .search('a', 'x')
    .answer('a', 0, 'found')
    .dispatch('a')
    .search('a', 'y', 'z');
  history.answer('a', 2, 'also').later(60_000).wake().wake().dispatch('a');
  expect(history.facts.at(-1)).toMatchObject({
    type: 'StepDispatched',
    data: {
      epoch: 2,
      turn: 0,
      journal: [
        { ordinal: 0, observation: 'found' },
        { ordinal: 2, turn: 1, observation: 'also' },
      ],
    },
  });
  expect(history.search('a', 'w').facts.at(-1)).toMatchObject({ data: { epoch: 2, calls: [{ ordinal: 3 }] } });
});

it('never changes a journal that an event has carried', () => {
  const history = started(one).dispatch('a').search('a', 'x').answer('a', 0, 1).dispatch('a');
  const before = JSON.stringify(history.facts);
  history.search('a', 'y').answer('a', 1, 2).dispatch('a');
  expect(JSON.stringify(history.facts.slice(0, JSON.parse(before).length))).toBe(before);
});

it('tells the agent that an answer was too large instead of failing the step', () => {
  const history = started(one).dispatch('a').search('a', 'x');
  given(...history.facts)
    .when(history.callResult('a', 0, { status: 'completed', observation: 'x'.repeat(limits.recordBytes) }))
    .then({ type: 'CallFailed', data: { ordinal: 0, error: { code: 'payload_too_large' } } });
});

it('fails a step whose many calls do not fit into a record once they are numbered', () => {
  const calls = Array.from({ length: 20_000 }, () => ({ kind: 'knowledge.search' as const, input: {} }));
  expect(JSON.stringify(calls).length).toBeLessThan(limits.recordBytes * 0.9);
  const history = started({ a: {} }).dispatch('a');
  history.apply(history.result('a', { status: 'suspended', calls }));
  expect(history.facts.at(-2)).toMatchObject({ type: 'StepFailed', data: { error: { code: 'payload_too_large' } } });
});

it('fails a step whose calls do not fit into a record', () => {
  const history = started(one).dispatch('a').search('a', 'x'.repeat(limits.recordBytes));
  expect(history.facts.at(-2)).toMatchObject({ type: 'StepFailed', data: { error: { code: 'payload_too_large' } } });
});

it('ends an agent that never answers', () => {
  const history = started({ a: {} });
  for (let turn = 0; turn < maxTurns; turn += 1) history.dispatch('a').search('a', 'again').answer('a', turn, null);
  expect(history.facts.filter((fact) => fact.type === 'StepDispatched').length).toBe(maxTurns);
  expect(history.facts.slice(-2)).toMatchObject([
    { type: 'StepFailed', data: { error: { class: 'exhausted', code: 'budget_exhausted' } } },
    { type: 'TaskFailed', data: { step_id: 'a' } },
  ]);
});

it('ends the task when a suspended agent has used more than the budget', () => {
  const history = started(one, { budget: { tokens: 50 } }).dispatch('a');
  history.apply(
    history.result('a', {
      status: 'suspended',
      calls: [call('x')] as never,
      usage: { prompt_tokens: 51, completion_tokens: 0 },
    }),
  );
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskFailed', data: { error: { code: 'budget_exhausted' } } });
});

it('times calls out as it does activations', () => {
  const history = started(one).dispatch('a').later(1_000).search('a', 'x');
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 61_000);
  history.at = t0 + 60_999;
  const before = history.facts.length;
  expect(history.wake().facts.length).toBe(before);
  expect(nextWakeUp(history.plan, history.at)).toBe(t0 + 61_000);
  expect(history.later(1).wake().facts.at(-1)).toMatchObject({
    type: 'StepRetryScheduled',
    data: { error: { class: 'transient', code: 'timeout' }, usage: { prompt_tokens: 0, completion_tokens: 0 } },
  });
  history.wake().dispatch('a').fail('a', transient());
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskFailed' });
});

it('counts what an agent thought into the record of its calls', () => {
  const text = 'x'.repeat(limits.recordBytes * 0.6);
  const history = started({ a: {} }).dispatch('a');
  history.apply(history.result('a', { status: 'suspended', calls: [call(text)] as never, thought: text }));
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskFailed', data: { error: { code: 'payload_too_large' } } });
});

it('applies an answer only to the open activation, even if the ordinal is that of an open call', () => {
  const history = started(one).dispatch('a').search('a', 'x');
  const answer = (more: Partial<ReturnType<History['activation']>>) => ({
    type: 'ApplyResult' as const,
    result: {
      type: 'CallResult' as const,
      ...history.activation('a'),
      ordinal: 0,
      outcome: { status: 'completed' as const, observation: 1 },
      ...more,
    },
    at: t0,
    jitter: 0,
  });
  for (const other of [{ epoch: 2 }, { turn: 1 }, { work_id: 'task.9' }, { step_id: 'b' }])
    given(...history.facts)
      .when(answer(other))
      .thenIgnored('late');
  given(...history.facts)
    .when(answer({}))
    .then({ type: 'CallCompleted' });
});
