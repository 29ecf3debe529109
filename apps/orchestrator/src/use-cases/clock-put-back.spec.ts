/** The clock is put back while a plan waits for credits. */
import type { Clock } from '@waybill/messaging';
import { expect, it } from 'vitest';
import { completed, OwnerBench, unreachable } from '../testing/owner-bench.ts';

const second = 1_000;

function setUp() {
  const bench = new OwnerBench();
  const wall = { ahead: 0 };
  const clock: Clock = {
    now: () => bench.clock.now() + wall.ahead,
    after: (ms, callback) => bench.clock.after(ms, callback),
  };
  const owner = bench.owner({ clock, config: { openActivations: 1 } });
  return { bench, wall, owner, go: (ms: number) => bench.passes(owner, ms, second) };
}

it('a retry whose time had come before it was put back is handed out once its time comes again', async () => {
  const { bench, wall, owner, go } = setUp();
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: { timeout: '1h' } })] });
  // its attempt fails; the urgent task takes the credit; the retry becomes due and waits for credits
  await owner.execute({
    partition: 0,
    records: [bench.result('t', 'a', unreachable), bench.submit('urgent', { a: { timeout: '1h' } }, { priority: 9 })],
  });
  await go(2 * second);
  expect(bench.typesOf('t').at(-1)).toBe('StepRetryScheduled');
  wall.ahead = -10 * second;
  await owner.execute({ partition: 0, records: [bench.result('urgent', 'a', completed)] });
  await go(3_600 * second);
  expect(bench.typesOf('t').at(-1)).toBe('StepDispatched');
});

it('an activation that was handed out after it was put back times out', async () => {
  const { bench, wall, owner, go } = setUp();
  await owner.take(0);
  await owner.execute({
    partition: 0,
    records: [
      bench.submit('urgent', { a: { timeout: '1h' } }, { priority: 9 }),
      bench.submit('t', { a: { timeout: '1m' } }),
    ],
  });
  wall.ahead = -10 * second;
  await owner.execute({ partition: 0, records: [bench.result('urgent', 'a', completed)] });
  expect(bench.typesOf('t').at(-1)).toBe('StepDispatched');
  await go(3_600 * second); // nobody answers
  expect(bench.typesOf('t')).toContain('StepRetryScheduled');
});
