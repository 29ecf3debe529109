import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

it('is what Date writes', () =>
  fc.assert(
    fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (at) => isoTime(at) === new Date(at).toISOString()),
  ));

it('stays within the calendar', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(isoTime(9e15)).toBe('+275760-09-13T00:00:00.000Z');
  expect(isoTime(-9e15)).toBe('-271821-04-20T00:00:00.000Z');
  expect(isoTime(Number.NaN)).toBe('1970-01-01T00:00:00.000Z');
});
