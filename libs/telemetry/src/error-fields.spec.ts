import { expect, it } from 'vitest';
import { describeError } from './error-fields.ts';
import { errorAttributes } from './tracer.ts';

class PlatformError extends Error {
  override readonly name = 'PlatformError';
  readonly code = 'plan.not-running';
  readonly errorClass = 'conflict';
}

it('tells name, code, class, stack and cause', () => {
  const error = new PlatformError('refused', {
    cause: Object.assign(new Error('password=hunter2'), { code: 42, row: 'personal' }),
  });
  expect(describeError(error)).toEqual({
    name: 'PlatformError',
    message: 'refused',
    code: 'plan.not-running',
    class: 'conflict',
    stack: expect.any(String),
    cause: { name: 'Error', message: 'password=[redacted]', code: 42, stack: expect.stringContaining('[redacted]') },
  });
});

it('tells the members of an aggregate', () =>
  expect(describeError(new AggregateError([new Error('a'), 'b'])).errors).toMatchObject([
    { message: 'a' },
    { name: 'string', message: 'b' },
  ]));

it.each([
  ['text', { name: 'string', message: 'text' }],
  [undefined, { name: 'undefined', message: 'undefined' }],
  [{ password: 'x' }, { name: 'object', message: '[object Object]' }],
])('takes %s as an error', (thrown, fields) => expect(describeError(thrown)).toEqual(fields));

it('ends when causes run in a circle', () => {
  const error = new Error('a');
  error.cause = error;
  expect(JSON.stringify(describeError(error)).match(/"message"/g)).toHaveLength(5);
});

it('survives an error that throws when read', () => {
  const error = new Error('a');
  Object.defineProperty(error, 'message', { get: () => { throw new Error('no'); } }); // prettier-ignore
  expect(describeError(error).message).toBe('[unreadable]');
});

it('names the error by its code, and by its kind when it has none', () => {
  expect(errorAttributes(new PlatformError('x')).attributes['error.type']).toBe('plan.not-running');
  expect(errorAttributes(new TypeError('x')).attributes).toEqual({
    'error.type': 'TypeError',
    'waybill.error_class': undefined,
  });
});
