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

it('does not go back for who says late what was handled, but for where handling begins anew', () => {
  const { progress } = setUp();
  const at = (offset: number) => ({ topic: 't', partition: 0, offset });
  progress.moved(at(0));
  progress.moved(at(5));
  progress.moved(at(3));
  expect(progress.positions).toEqual([at(5)]);
  progress.begins(at(2));
  expect(progress.positions).toEqual([at(2)]);
});

it('knows no position of a partition that it was told to forget', () => {
  const { progress } = setUp();
  progress.moved({ topic: 't', partition: 0, offset: 1 });
  progress.moved({ topic: 't', partition: 2, offset: 3 });
  progress.forget({ topic: 't', partition: 0 });
  expect(progress.positions).toEqual([{ topic: 't', partition: 2, offset: 3 }]);
});
