import { expect, it } from 'vitest';
import { classifyFailure } from './failures.ts';

const now = Date.parse('2026-05-04T10:00:00Z');

it.each([
  ['a time that is over', 'Mon, 04 May 2026 09:59:00 GMT', 0],
  ['more than an hour', '999999', 3_600_000],
  ['what is no time', 'soon', undefined],
  ['nothing', '', undefined],
])('of a provider that asks to wait for %s', (_what, header, retryAfterMs) => {
  const headers = new Headers({ 'retry-after': header });
  const error = Object.assign(new Error('busy'), { status: 503, headers });
  expect(classifyFailure(error, 'm', now)).toMatchObject({ code: 'model_failed', retryAfterMs });
});
