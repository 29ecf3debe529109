import { expect, it } from 'vitest';
import { WakeUpRows } from './wake-up-rows.ts';

it('stores a row anew only when it would be too late, or its time has come', () => {
  const rows = new WakeUpRows([]);
  const change = (wanted: number | undefined, at: number) => rows.change('p', { here: wanted, next: wanted }, at);
  expect(change(1_000, 0)).toEqual({ planId: 'p', at: 1_000 });
  expect(change(1_500, 500)).toBeUndefined();
  expect(change(800, 500)).toEqual({ planId: 'p', at: 800 });
  expect(change(1_500, 900)).toEqual({ planId: 'p', at: 1_500 });
  expect(change(undefined, 1_000)).toEqual({ planId: 'p', at: undefined });
  expect(rows.has('p')).toBe(false);
  expect(change(undefined, 1_000)).toBeUndefined();
});

it('looks at a plan no later than it wants to be, also when a look before that will do', () => {
  const rows = new WakeUpRows([{ planId: 'p', at: 1_000 }]);
  rows.change('p', { here: 1_500, next: 1_500 }, 500);
  expect(rows.earliest()).toBe(1_000);
  rows.change('p', { here: 800, next: 800 }, 500);
  expect(rows.earliest()).toBe(800);
});
