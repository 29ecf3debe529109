/** What follows from a failed attempt: the class says whether there is another one, the policy and the provider say when. */
import { errorClasses, maxWorkAgeMs, type PlanFact } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { started, t0, transient, type History } from './testing/history.ts';

const retry = { max_attempts: 9, initial_ms: 1_000, factor: 2, max_ms: 30_000 };
const last = ({ facts }: History): PlanFact => facts.at(-1)!;
const retryAt = (history: History): number => (last(history).data as { retry_at: number }).retry_at;

it.each(errorClasses)('tries again after a failure of the class %s only if it is transient', (errorClass) => {
  const error = { class: errorClass, code: 'model_failed', detail: '' };
  const history = started({ a: { retry } }).dispatch('a').fail('a', error);
  expect(last(history).type).toBe(errorClass === 'transient' ? 'StepRetryScheduled' : 'TaskFailed');
});

it('waits for the longer of back-off and Retry-After, and never longer than work is kept', () => {
  const failed = (retryAfterMs: number) =>
    started({ a: { retry } }).dispatch('a').fail('a', transient(retryAfterMs), 0.5);
  expect(retryAt(failed(300))).toBe(t0 + 500);
  expect(retryAt(failed(700))).toBe(t0 + 700);
  expect(retryAt(failed(maxWorkAgeMs * 100))).toBe(t0 + maxWorkAgeMs);
});

it('tries again at once when a policy without a first delay grows beyond all numbers', () => {
  const history = started({ a: { retry: { ...retry, initial_ms: 0, factor: 1e300 } } });
  for (let attempt = 1; attempt <= 3; attempt += 1) history.dispatch('a').fail('a', transient(), 0.5);
  expect(retryAt(history)).toBe(t0);
});
