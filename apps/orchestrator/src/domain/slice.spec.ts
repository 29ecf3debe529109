import { expect, it } from 'vitest';
import { Slice } from './slice.ts';

function sliceAt(): { clock: { at: number; now(): number }; slice: Slice } {
  const clock = { at: 1_000_000, now: () => clock.at };
  return { clock, slice: new Slice(clock) };
}

it('counts from its first work on, and not what is waited for after its end', () => {
  const { clock, slice } = sliceAt();
  clock.at += 5_000;
  expect([slice.isUp, slice.restMs]).toEqual([false, 0]);
  slice.begin();
  clock.at += 49;
  slice.begin();
  expect(slice.isUp).toBe(false);
  clock.at += 1;
  expect(slice.isUp).toBe(true);
  slice.end();
  clock.at += 400;
  expect(slice.restMs).toBe(50);
});

it('is up when the clock is put back in it, and rests for a second at most when it is put forward', () => {
  const { clock, slice } = sliceAt();
  slice.begin();
  clock.at -= 30_000;
  expect([slice.isUp, slice.restMs]).toEqual([true, 0]);
  clock.at += 3_600_000;
  expect([slice.isUp, slice.restMs]).toEqual([true, 1_000]);
});
