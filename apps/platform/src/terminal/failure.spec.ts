import { stripVTControlCharacters } from 'node:util';
import { ApiError, StreamLost } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { exitCodeOf, failureLine } from './failure.ts';

const line = (error: unknown): string => stripVTControlCharacters(failureLine(error));

it('a stream that was given up says how to follow its task', () => {
  expect(line(new StreamLost('t1'))).toBe(
    'waybill: The stream of task t1 was cut and could not be resumed. Follow it with: npm run waybill -- watch t1',
  );
});

it.each([
  [
    Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    'nothing answers at that address. Start the platform with npm start.',
  ],
  [
    Object.assign(new Error('getaddrinfo ENOTFOUND waybil'), { code: 'ENOTFOUND' }),
    'the platform cannot be reached (getaddrinfo ENOTFOUND waybil). Look at WAYBILL_URL, if it is set.',
  ],
  [new Error('bad port'), 'the platform cannot be reached (bad port). Look at WAYBILL_URL, if it is set.'],
])('an address where no platform is says what is wrong: %s', (cause, told) => {
  expect(line(new TypeError('fetch failed', { cause }))).toBe(`waybill: ${told}`);
});

it.each([
  ['a value that the platform refuses', apiError('invalid_request'), 2],
  ['a question that is too long', apiError('payload_too_large'), 2],
  ['a task that is not there', apiError('task_not_found'), 1],
  ['agents that are not there', apiError('unknown_agent'), 1],
  ['words that no command has', new PlatformError('invalid_request'), 2],
  ['a folder that is in use', new PlatformError('data_folder_locked'), 1],
  ['anything else', new Error('x'), 1],
])('tells %s from a failure by the exit code', (_, error, code) => expect(exitCodeOf(error)).toBe(code));

function apiError(code: string): ApiError {
  const problem = { type: 'x', title: 'x', status: 400, detail: 'x', code, class: 'invalid' } as const;
  return new ApiError(400, problem as ApiError['problem']);
}
