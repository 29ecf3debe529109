/** The next owner of a partition has a clock that is behind that of the one before. */
import type { Clock } from '@waybill/messaging';
import { expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

const second = 1_000;
const minute = 60 * second;

it('hands out what was ready before, though by its clock nothing was', async () => {
  const bench = new OwnerBench();
  const behind: Clock = {
    now: () => bench.clock.now() - 5 * minute,
    after: (ms, callback) => bench.clock.after(ms, callback),
  };
  const before = bench.owner({ config: { openActivations: 1 } });
  await before.take(0);
  await before.execute({
    partition: 0,
    records: [bench.submit('holds', { a: { timeout: '1h' } }, { priority: 9 }), bench.submit('waits', { a: {} })],
  });
  const owner = bench.owner({ clock: behind });
  await owner.take(0);
  await bench.passes(owner, 30 * second, second);
  expect(bench.typesOf('waits').at(-1)).toBe('StepDispatched');
});
