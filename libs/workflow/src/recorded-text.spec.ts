/** Text that others wrote ends up in events that are kept for ever: it is short, and such as the record can hold. */
import { isText, type Failure, type PlanFact } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { started, t0, type History } from './testing/history.ts';

const half = '\ud83d';
const long = `${'x'.repeat(3_998)}🐳🐳`;
const error: Failure = { class: 'denied', code: `${'c'.repeat(127)}🐳`, detail: long };
const odd: Failure = { class: 'denied', code: `c${half}`, detail: `a\0b${half}` };

const last = ({ facts }: History): PlanFact => facts.at(-1)!;
const errorOf = (fact: PlanFact): Failure => (fact.data as { error: Failure }).error;

/** Every way on which a failure that somebody else worded comes in. */
const ways: [string, (failure: Failure) => History][] = [
  ['an activation', (failure) => started({ a: {} }).dispatch('a').fail('a', failure)],
  [
    'an activation that is tried again',
    (failure) =>
      started({ a: {} })
        .dispatch('a')
        .fail('a', { ...failure, class: 'transient' }),
  ],
  [
    'a call',
    (failure) => {
      const history = started({ a: {} }).dispatch('a').search('a', 'x');
      return history.apply(history.callResult('a', 0, { status: 'failed', error: failure }));
    },
  ],
  ['a record', (failure) => started({ a: {} }).apply({ type: 'FailTask', error: failure, at: t0 })],
];

it.each(ways)('cuts the failure of %s between two characters', (_of, failed) => {
  const { code, detail } = errorOf(last(failed(error)));
  expect([detail.length, detail.at(-1)]).toEqual([4_000, '…']);
  expect(code.length).toBe(128);
  expect([isText(code), isText(detail)]).toEqual([true, true]);
});

it.each(ways)('puts a sign in the place of what is no text in the failure of %s', (_of, failed) => {
  expect(errorOf(last(failed(odd)))).toMatchObject({ code: 'c\ufffd', detail: 'a\ufffdb\ufffd' });
});

it('cuts the reason of a cancel and the name of a model', () => {
  const cancelled = started({ a: {} }).apply({ type: 'CancelTask', reason: long, at: t0 });
  const { reason } = last(cancelled).data as { reason: string };
  expect([reason.length, isText(reason)]).toEqual([4_000, true]);
  const history = started({ a: {}, b: {} }).dispatch('a');
  history.apply(history.result('a', { status: 'completed', output: 1, model: `${'m'.repeat(255)}🐳` }));
  expect(last(history)).toMatchObject({ type: 'StepCompleted', data: { model: `${'m'.repeat(255)}\ufffd` } });
});

it('says why an expression failed in text, whatever it computed', () => {
  const halves = 'input.whale.substring(0, 1)';
  for (const computed of [`{${halves}: 1, ${halves}: 2}`, `bool(${halves})`, `input[${halves}]`]) {
    const steps = { a: { with: { x: `\${{ ${computed} }}` } } };
    const { code, detail } = errorOf(last(started(steps, { input: { whale: '🐳' } }).dispatch('a')));
    expect([computed, code, isText(detail)]).toEqual([computed, 'expression_failed', true]);
  }
});
