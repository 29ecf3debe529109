import { ManualClock } from '@waybill/testing';
import { expect, it } from 'vitest';
import { Positions } from './positions.ts';

function setUp(): { clock: ManualClock; positions: Positions } {
  const clock = new ManualClock();
  return { clock, positions: new Positions((ms, callback) => clock.after(ms, callback)) };
}

it('answers at once for what was read', async () => {
  const { positions } = setUp();
  positions.moved('t', 1, 5);
  await positions.waitFor('t', [0, 5], 10);
  await positions.waitFor('never heard of', [0], 10);
});

it('waits until all partitions were read so far', async () => {
  const { clock, positions } = setUp();
  const waiting = positions.waitFor('t', [1, 2], 10);
  positions.moved('t', 0, 1);
  positions.moved('t', 1, 2);
  await waiting;
  expect(clock.nextInMs).toBeUndefined();
});

it('gives up after a while', async () => {
  const { clock, positions } = setUp();
  const waiting = positions.waitFor('t', [1], 10);
  clock.advance(10);
  await expect(waiting).rejects.toMatchObject({ code: 'timeout' });
});
