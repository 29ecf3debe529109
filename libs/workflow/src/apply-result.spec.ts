import { limits, type Failure } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { readySteps } from './agenda.ts';
import { given } from './testing/given.ts';
import { started, t0, transient, type Steps } from './testing/history.ts';

const two: Steps = { draft: {}, review: { needs: ['draft'] } };
const usage = (prompt_tokens: number, completion_tokens = 0) => ({ prompt_tokens, completion_tokens });

it('completes the step and makes ready what waited for it alone', () => {
  const history = started({ a: {}, b: {}, both: { needs: ['a', 'b'] }, after: { needs: ['a'] } })
    .dispatch('a', 'b')
    .complete('a');
  expect(history.facts.at(-1)).toMatchObject({ type: 'StepCompleted', data: { step_id: 'a', epoch: 1, turn: 0 } });
  expect(readySteps(history.plan, history.at)).toEqual(['after']);
  expect(readySteps(history.complete('b').plan, history.at)).toEqual(['after', 'both']);
});

it('ends the task with its evaluated output and the totals when its last step completes', () => {
  const output = { text: '${{ steps.review.output.text }}', first: '${{ steps.draft.output }}' };
  const history = started(two, { output }).dispatch('draft').complete('draft', 7, usage(10, 5)).dispatch('review');
  given(...history.facts)
    .when(
      history.result('review', {
        status: 'completed',
        output: { text: 'fine' },
        usage: usage(1, 2),
        model: 'm',
        thought: 'hm',
      }),
    )
    .then(
      {
        type: 'StepCompleted',
        data: { step_id: 'review', output: { text: 'fine' }, usage: usage(1, 2), model: 'm', thought: 'hm' },
      },
      { type: 'TaskCompleted', data: { output: { text: 'fine', first: 7 }, usage: { ...usage(11, 7), steps: 2 } } },
    );
});

it('fails the task when its output cannot be evaluated or does not fit', () => {
  const missing = started({ a: {} }, { output: '${{ steps.a.output.nope }}' }).dispatch('a').complete('a', {});
  expect(missing.facts.slice(-2)).toMatchObject([
    { type: 'StepCompleted' },
    { type: 'TaskFailed', data: { error: { class: 'invalid', code: 'expression_failed' } } },
  ]);
  const text = 'x'.repeat(600_000);
  const large = started({ a: {} }, { output: '${{ steps.a.output }}${{ steps.a.output }}' })
    .dispatch('a')
    .complete('a', text);
  expect(large.facts.at(-1)).toMatchObject({ type: 'TaskFailed', data: { error: { code: 'payload_too_large' } } });
});

it('applies a result only to the open activation', () => {
  const history = started(two).dispatch('draft');
  const result = history.result('draft', { status: 'completed', output: 1 });
  const first = history.facts.slice();
  history.apply(result);
  given(...history.facts)
    .when(result)
    .thenIgnored('duplicate');
  given(...started(two).facts)
    .when(result)
    .thenIgnored('duplicate');
  given().when(result).thenIgnored('late');
  const other = {
    ...result,
    result: { ...(result as { result: object }).result, work_id: 'other.1' },
  } as typeof result;
  given(...first)
    .when(other)
    .thenIgnored('late');
  const unknown = { ...result, result: { ...(result as { result: object }).result, step_id: 'zz' } } as typeof result;
  given(...first)
    .when(unknown)
    .thenIgnored('late');
});

it('ignores the result of an attempt that is no longer open', () => {
  const history = started(two).dispatch('draft');
  const result = history.result('draft', { status: 'completed', output: 1 });
  history.fail('draft').later(1_000).dispatch('draft');
  given(...history.facts)
    .when(result)
    .thenIgnored('late');
});

it('ignores results after the end', () => {
  const history = started(two).dispatch('draft');
  const result = history.result('draft', { status: 'completed', output: 1 });
  history.apply({ type: 'CancelTask', reason: 'enough', at: t0 });
  given(...history.facts)
    .when(result)
    .thenIgnored('late');
});

const retry = { max_attempts: 3, initial_ms: 100, factor: 3, max_ms: 250 };

it('backs off with full jitter up to its bound, and honours Retry-After', () => {
  const history = started({ a: { retry } }).dispatch('a');
  given(...history.facts)
    .when(history.result('a', { status: 'failed', error: transient() }, 0.5))
    .then({ type: 'StepRetryScheduled', data: { epoch: 1, retry_at: t0 + 50 } });
  given(...history.facts)
    .when(history.result('a', { status: 'failed', error: transient(7_000) }, 0.5))
    .then({ type: 'StepRetryScheduled', data: { retry_at: t0 + 7_000 } });
  history.fail('a').dispatch('a');
  given(...history.facts)
    .when(history.result('a', { status: 'failed', error: transient() }, 0.999))
    .then({ type: 'StepRetryScheduled', data: { epoch: 2, retry_at: t0 + 249 } });
});

it('fails with the class and code of the last failure when the attempts are used up', () => {
  const history = started({ a: { retry } }).dispatch('a').fail('a').dispatch('a').fail('a').dispatch('a');
  given(...history.facts)
    .when(history.result('a', { status: 'failed', error: transient() }))
    .then(
      { type: 'StepFailed', data: { epoch: 3, error: transient() } },
      { type: 'TaskFailed', data: { step_id: 'a', error: transient(), usage: { steps: 3 } } },
    );
});

it('fails at once when the failure is not transient, and clips an endless detail', () => {
  const error: Failure = { class: 'denied', code: 'model_refused', detail: 'no '.repeat(100_000) };
  const history = started({ a: {}, b: {} }).dispatch('a', 'b').fail('a', error);
  expect(history.facts.slice(-2)).toMatchObject([
    { type: 'StepFailed', data: { error: { class: 'denied', code: 'model_refused' } } },
    { type: 'TaskFailed', data: { open_work: true } },
  ]);
  expect(JSON.stringify(history.facts).length).toBeLessThan(20_000);
});

it('settles a failure that tells no usage as fully spent, and one that does as told', () => {
  const history = started({ a: { max_tokens: 40 } }, { budget: { tokens: 100 } })
    .dispatch('a')
    .fail('a');
  expect(history.facts.at(-1)).toMatchObject({ type: 'StepRetryScheduled', data: { usage: usage(40) } });
  history.dispatch('a').apply(history.result('a', { status: 'failed', error: transient(), usage: usage(3, 4) }));
  expect(history.facts.at(-1)).toMatchObject({ type: 'StepRetryScheduled', data: { usage: usage(3, 4) } });
});

it('counts what an agent used beyond its reservation, and ends the task when that breaks the budget', () => {
  const steps: Steps = { a: { max_tokens: 40 }, b: { needs: ['a'] } };
  const within = started(steps, { budget: { tokens: 100 } })
    .dispatch('a')
    .complete('a', 1, usage(90));
  expect(within.facts.at(-1)).toMatchObject({ type: 'StepCompleted', data: { usage: usage(90) } });
  const beyond = started(steps, { budget: { tokens: 100 } })
    .dispatch('a')
    .complete('a', 1, usage(101));
  expect(beyond.facts.slice(-2)).toMatchObject([
    { type: 'StepCompleted', data: { output: 1 } },
    {
      type: 'TaskFailed',
      data: { error: { class: 'exhausted', code: 'budget_exhausted' }, usage: { ...usage(101), steps: 1 } },
    },
  ]);
  const failed = started(steps, { budget: { tokens: 100 } }).dispatch('a');
  failed.apply(failed.result('a', { status: 'failed', error: transient(), usage: usage(101) }));
  expect(failed.facts.slice(-2)).toMatchObject([
    { type: 'StepFailed', data: { error: { code: 'budget_exhausted' } } },
    { type: 'TaskFailed', data: { usage: { ...usage(101), steps: 1 } } },
  ]);
});

it('fails a step whose output does not fit into a record or is too deep, and names it', () => {
  const large = started(two).dispatch('draft').complete('draft', 'x'.repeat(limits.recordBytes), usage(5));
  expect(large.facts.slice(-2)).toMatchObject([
    {
      type: 'StepFailed',
      data: { step_id: 'draft', usage: usage(5), error: { class: 'invalid', code: 'payload_too_large' } },
    },
    { type: 'TaskFailed', data: { step_id: 'draft', usage: { ...usage(5), steps: 1 } } },
  ]);
  let deep: unknown = 1;
  for (let depth = 0; depth < 50_000; depth += 1) deep = [deep];
  const nested = started(two)
    .dispatch('draft')
    .complete('draft', deep as never);
  expect(nested.facts.at(-2)).toMatchObject({ type: 'StepFailed', data: { error: { code: 'too_deep' } } });
});

it('counts what an agent thought into the record of its answer', () => {
  const text = 'x'.repeat(limits.recordBytes * 0.6);
  const history = started(two).dispatch('draft');
  history.apply(history.result('draft', { status: 'completed', output: text, thought: text }));
  expect(history.facts.at(-1)).toMatchObject({ type: 'TaskFailed', data: { error: { code: 'payload_too_large' } } });
});

it('lets the output of a task nest what steps have answered', () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < limits.jsonDepth; depth += 1) deep = [deep];
  const history = started({ a: {} }, { output: { of: ['${{ steps.a.output }}'] } }).dispatch('a');
  expect(history.complete('a', deep as never).facts.at(-1)).toMatchObject({ type: 'TaskCompleted' });
});
