import type { Clock } from '@waybill/messaging';
import { expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

const hour = 3_600_000;

/** Timers run on the bench's clock; what the wall clock says is `ahead` of it. */
async function setup() {
  const bench = new OwnerBench();
  const wall = { ahead: 0 };
  const clock: Clock = {
    now: () => bench.clock.now() + wall.ahead,
    after: (ms, callback) => bench.clock.after(ms, callback),
  };
  const owner = bench.owner({ clock });
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
  return { bench, wall, owner, woken: bench.woken };
}

it('is woken soon after the machine slept beyond the time at which a step is due', async () => {
  const { bench, wall, woken } = await setup();
  wall.ahead = hour;
  bench.clock.advance(10_000);
  expect(woken).toEqual([0]);
});

it('is woken soon after its time when the clock was set back for a while, and not before', async () => {
  const { bench, wall, owner, woken } = await setup();
  wall.ahead = -hour;
  await owner.execute({ partition: 0, records: [bench.cancel('unknown')] });
  bench.clock.advance(60_000);
  wall.ahead = 0;
  bench.clock.advance(59_000);
  expect(woken).toEqual([]);
  bench.clock.advance(11_000);
  expect(woken).toEqual([0]);
});
