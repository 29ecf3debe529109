import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

const day = 86_400_000;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('calls back once, when the time has come, however far away it is', () => {
  const called: number[] = [];
  systemClock.after(60 * day, () => called.push(Date.now()));
  const begun = Date.now();
  vi.advanceTimersByTime(60 * day - 1);
  expect(called).toEqual([]);
  vi.advanceTimersByTime(100 * day);
  expect(called).toEqual([begun + 60 * day]);
});

it('does not call back once it was taken back, also in the second part of a long time', () => {
  const called: string[] = [];
  const takeBack = systemClock.after(60 * day, () => called.push('late'));
  vi.advanceTimersByTime(30 * day);
  takeBack();
  vi.advanceTimersByTime(100 * day);
  expect(called).toEqual([]);
});
