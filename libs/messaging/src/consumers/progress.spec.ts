import { ManualClock } from '@waybill/testing';
import { expect, it } from 'vitest';
import { Progress } from './progress.ts';

function setUp(): { clock: ManualClock; progress: Progress } {
  const clock = new ManualClock();
  return { clock, progress: new Progress(clock) };
}

it('answers at once for what was handled', async () => {
  const { progress } = setUp();
  progress.moved({ topic: 't', partition: 1, offset: 5 });
  await progress.waitFor('t', [0, 5], 10);
  await progress.waitFor('never heard of', [0], 10);
});

it('waits until all partitions were handled so far', async () => {
  const { clock, progress } = setUp();
  const waiting = progress.waitFor('t', [1, 2], 10);
  progress.moved({ topic: 't', partition: 0, offset: 1 });
  expect([0, 1].map((partition) => progress.isAwaited({ topic: 't', partition }))).toEqual([false, true]);
  progress.moved({ topic: 't', partition: 1, offset: 2 });
  await waiting;
  expect(clock.nextInMs).toBeUndefined();
});

it('gives up after a while', async () => {
  const { clock, progress } = setUp();
  const waiting = progress.waitFor('t', [1], 10);
  clock.advance(10);
  await expect(waiting).rejects.toMatchObject({ code: 'timeout' });
});

it('knows no position of a partition that it was told to forget', () => {
  const { progress } = setUp();
  progress.moved({ topic: 't', partition: 0, offset: 1 });
  progress.moved({ topic: 't', partition: 2, offset: 3 });
  progress.forget({ topic: 't', partition: 0 });
  expect(progress.positions).toEqual([{ topic: 't', partition: 2, offset: 3 }]);
});
