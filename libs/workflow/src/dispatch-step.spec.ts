import { limits } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { readySteps } from './agenda.ts';
import { given } from './testing/given.ts';
import { History, requestOf, started, t0, transient } from './testing/history.ts';

const dispatch = (stepId: string, at = t0) => ({ type: 'DispatchStep' as const, stepId, at });

it('turns a ready step into work: evaluated input, reservation, deadline', () =>
  given(
    ...started(
      { draft: { with: { about: 'On ${{ input.topic }}', n: '${{ input.n + 1 }}' }, max_tokens: 70 } },
      { input: { topic: 'tea', n: 2 } },
    ).facts,
  )
    .when(dispatch('draft'))
    .then({
      type: 'StepDispatched',
      data: {
        step_id: 'draft',
        work_id: 'task.1',
        epoch: 1,
        turn: 0,
        queue: 'agent.draft',
        input: { about: 'On tea', n: 3 },
        journal: [],
        max_tokens: 70,
        priority: 5,
        deadline_at: t0 + 60_000,
      },
    }));

it('never sets a deadline beyond that of the task', () =>
  given(...started({ draft: {} }, { deadline_at: t0 + 10 }).facts)
    .when(dispatch('draft'))
    .then({ type: 'StepDispatched', data: { deadline_at: t0 + 10 } }));

it('reads outputs of needed steps with their types', () => {
  const history = started({
    a: {},
    b: { needs: ['a'], with: { list: '${{ steps.a.output.list }}', text: 'n=${{ steps.a.output.list }}' } },
  });
  history.dispatch('a').complete('a', { list: [1, { x: null }] });
  given(...history.facts)
    .when(dispatch('b'))
    .then({ type: 'StepDispatched', data: { input: { list: [1, { x: null }], text: 'n=[1,{"x":null}]' } } });
});

it('does nothing for a step whose needs are open', () =>
  given(...started({ a: {}, b: { needs: ['a'] } }).facts)
    .when(dispatch('b'))
    .thenNothing());

it('ignores a step that is dispatched, completed or unknown', () => {
  const history = started({ a: {}, b: { needs: ['a'] } }).dispatch('a');
  given(...history.facts)
    .when(dispatch('a'))
    .thenIgnored('duplicate');
  given(...history.facts)
    .when(dispatch('zz'))
    .thenIgnored('late');
  given(...history.complete('a').facts)
    .when(dispatch('a'))
    .thenIgnored('duplicate');
  given().when(dispatch('a')).thenIgnored('late');
});

it('waits until a retry is due', () => {
  const history = started({ a: { retry: { max_attempts: 2, initial_ms: 100, factor: 2, max_ms: 900 } } })
    .dispatch('a')
    .fail('a', transient(), 0.5);
  given(...history.facts)
    .when(dispatch('a', t0 + 49))
    .thenNothing();
  given(...history.facts)
    .when(dispatch('a', t0 + 50))
    .then({ type: 'StepDispatched', data: { epoch: 2, turn: 0 } });
});

it('ends a task whose deadline has passed instead of dispatching', () =>
  given(...started({ a: {} }, { deadline_at: t0 + 5 }).facts)
    .when(dispatch('a', t0 + 5))
    .then({ type: 'TaskFailed', data: { error: { code: 'deadline_exceeded' } } }));

it('fails step and task when an expression cannot be evaluated, and says which', () => {
  const history = started({ a: { with: { x: '${{ input.missing }}' } } }).dispatch('a');
  const error = {
    class: 'invalid',
    code: 'expression_failed',
    detail: 'Step a: the expression `input.missing` could not be evaluated: No such key: missing.',
  };
  expect(history.facts.slice(2)).toMatchObject([
    { type: 'StepFailed', data: { step_id: 'a', epoch: 1, error } },
    { type: 'TaskFailed', data: { step_id: 'a', error } },
  ]);
});

it('fails when input and journal do not fit into a record', () => {
  const text = 'é'.repeat(limits.recordBytes / 2 - 20_000);
  const history = started({
    a: {},
    b: { needs: ['a'], with: { one: '${{ steps.a.output }}', two: '${{ steps.a.output }}' } },
  });
  history.dispatch('a').complete('a', text).dispatch('b');
  expect(history.facts.at(-2)).toMatchObject({
    type: 'StepFailed',
    data: { step_id: 'b', error: { code: 'payload_too_large' } },
  });
});

it('fails when one value is repeated until its text would be huge, without writing the text', () => {
  const everything = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, '${{ input }}']));
  const history = started({ a: { with: everything } }, { input: { text: 'x'.repeat(800_000) } }).dispatch('a');
  expect(history.facts.at(-2)).toMatchObject({ type: 'StepFailed', data: { error: { code: 'payload_too_large' } } });
});

it('bounds the number of dispatches', () => {
  const history = started({ a: {}, b: {} }, { budget: { steps: 1 } }).dispatch('a');
  given(...history.facts)
    .when(dispatch('b'))
    .then(
      { type: 'StepFailed', data: { step_id: 'b', error: { class: 'exhausted', code: 'budget_exhausted' } } },
      { type: 'TaskFailed', data: { step_id: 'b', usage: { steps: 1 }, open_work: true } },
    );
});

const hundred = { a: { max_tokens: 60 }, b: { max_tokens: 60 }, free: {} };

it('holds a step back while others have reserved the tokens that it needs', () => {
  const history = started(hundred, { budget: { tokens: 100 } });
  expect(readySteps(history.plan, history.at)).toEqual(['a', 'b', 'free']);
  history.dispatch('a');
  given(...history.facts)
    .when(dispatch('b'))
    .thenNothing();
  given(...history.facts)
    .when(dispatch('free'))
    .then({ type: 'StepDispatched', data: { max_tokens: 0 } });
  expect(readySteps(history.plan, history.at)).toEqual([]);
  history.complete('a', 1, { prompt_tokens: 20, completion_tokens: 10 });
  expect(readySteps(history.plan, history.at)).toEqual(['b', 'free']);
  given(...history.facts)
    .when(dispatch('b'))
    .then({ type: 'StepDispatched', data: { max_tokens: 60 } });
});

it('gives the last step what is left, and fails when nothing is', () => {
  const history = started(hundred, { budget: { tokens: 100 } }).dispatch('a');
  history.complete('a', 1, { prompt_tokens: 50, completion_tokens: 10 });
  given(...history.facts)
    .when(dispatch('b'))
    .then({ type: 'StepDispatched', data: { max_tokens: 40 } });
  const spent = started(hundred, { budget: { tokens: 60 } }).dispatch('a');
  spent.complete('a', 1, { prompt_tokens: 50, completion_tokens: 10 });
  given(...spent.facts)
    .when(dispatch('b'))
    .then(
      {
        type: 'StepFailed',
        data: {
          error: { class: 'exhausted', code: 'budget_exhausted' },
          usage: { prompt_tokens: 0, completion_tokens: 0 },
        },
      },
      { type: 'TaskFailed', data: { usage: { prompt_tokens: 50, completion_tokens: 10, steps: 1 } } },
    );
});

it('has the priority of its task, and a deadline of whole milliseconds', () => {
  const history = new History().submit({ ...requestOf({ a: { timeout_ms: 1.5 } }), priority: 8 }).dispatch('a');
  expect(history.facts.at(-1)).toMatchObject({ data: { priority: 8, deadline_at: t0 + 2 } });
});

it('counts the journal into the record of the work', () => {
  const text = 'x'.repeat(limits.recordBytes * 0.6);
  const history = started({ a: { with: { text: '${{ input.text }}' } } }, { input: { text } }).dispatch('a');
  history.search('a', 'x').answer('a', 0, text).dispatch('a');
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskFailed', data: { error: { code: 'payload_too_large' } } });
});

it('spends a budget to its last token', () => {
  const history = started({ a: { max_tokens: 40 }, b: { max_tokens: 40 } }, { budget: { tokens: 80 } });
  expect(
    history
      .dispatch('a', 'b')
      .facts.slice(2)
      .map(({ type }) => type),
  ).toEqual(['StepDispatched', 'StepDispatched']);
});

it('lets nothing overtake a retry that waits for tokens', () => {
  const steps = { a: { max_tokens: 60 }, b: { max_tokens: 60 }, small: { max_tokens: 1 } };
  const history = started(steps, { budget: { tokens: 120 } }).dispatch('a');
  history.apply(
    history.result('a', { status: 'failed', error: transient(), usage: { prompt_tokens: 9, completion_tokens: 0 } }),
  );
  expect(readySteps(history.dispatch('b').plan, history.at)).toEqual([]);
});
