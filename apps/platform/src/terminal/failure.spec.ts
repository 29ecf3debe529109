import { stripVTControlCharacters } from 'node:util';
import { StreamLost } from '@waybill/client';
import { expect, it } from 'vitest';
import { failureLine } from './failure.ts';

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
