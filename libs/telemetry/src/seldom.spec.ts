import { expect, it } from 'vitest';
import { Seldom } from './seldom.ts';

it('tells the first of a kind, then one in ten seconds with how many were not told', () => {
  let now = 0;
  const seldom = new Seldom(() => now);
  const told = [];
  for (; now <= 10_000; now += 2_500) told.push(seldom.untold('away'));
  expect(told).toEqual([0, undefined, undefined, undefined, 3]);
  expect(seldom.untold('late')).toBe(0);
});

it('tells one when nobody knows how long it has been: the clock was put back', () => {
  let now = 3_600_000;
  const seldom = new Seldom(() => now);
  seldom.untold('away');
  now = 0;
  expect([seldom.untold('away'), seldom.untold('away')]).toEqual([0, undefined]);
});

it('remembers a hundred kinds', () => {
  const seldom = new Seldom(() => 0);
  for (let kind = 0; kind <= 100; kind += 1) seldom.untold(String(kind));
  expect(seldom.untold('100')).toBeUndefined();
  expect(seldom.untold('0')).toBe(0);
});
