/** Steps are handed out in slices of time, with rests between them. */
import type { Clock } from '@waybill/messaging';
import { decide, evolve, type Core } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

/** The first step takes so long by the wall clock that there is no time for the second. */
async function handedOutSlowly(tookMs: number) {
  const bench = new OwnerBench();
  const wall = { ahead: 0 };
  const clock: Clock = {
    now: () => bench.clock.now() + wall.ahead,
    after: (ms, callback) => bench.clock.after(ms, callback),
  };
  const core: Core = {
    evolve,
    decide: (plan, command) => {
      if (command.type === 'DispatchStep' && command.stepId === 's1') wall.ahead += tookMs;
      return decide(plan, command);
    },
  };
  const owner = bench.owner({ clock, core });
  await owner.take(0);
  await owner.execute({
    partition: 0,
    records: [bench.submit('t', { s1: { timeout: '24h' }, s2: { timeout: '24h' } })],
  });
  return { bench, wall, owner };
}

const dispatched = (bench: OwnerBench, taskId: string): number =>
  bench.typesOf(taskId).filter((type) => type === 'StepDispatched').length;

it('the machine sleeps while steps are handed out: the rest follows soon after', async () => {
  const { bench, owner } = await handedOutSlowly(8 * 3_600_000);
  await bench.passes(owner, 60_000, 1_000);
  expect(dispatched(bench, 't')).toBeGreaterThanOrEqual(2);
});

it('the clock is put back before the rest of the steps is handed out: they follow as soon as they would have', async () => {
  const { bench, wall, owner } = await handedOutSlowly(1_000);
  expect(dispatched(bench, 't')).toBe(1);
  wall.ahead -= 600_000;
  await bench.passes(owner, 1_000, 100);
  expect(dispatched(bench, 't')).toBe(2);
});

it('plans that have to be loaded slowly go on nevertheless, however few stay in memory', async () => {
  const bench = new OwnerBench();
  const owner = bench.owner({ config: { openActivations: 1, plansInMemory: 1 }, faults: slowReads(bench, 60) });
  await owner.take(0);
  const ids = Array.from({ length: 4 }, (_, at) => `t${at}`);
  await owner.execute({ partition: 0, records: [bench.submit('first', { a: {} })] });
  await owner.execute({ partition: 0, records: ids.map((id) => bench.submit(id, { a: {} })) });
  await owner.execute({ partition: 0, records: [bench.cancel('unknown')] });
  await owner.execute({ partition: 0, records: [bench.result('first', 'a', completed)] });
  for (let second = 0; second < 100; second += 1) {
    bench.clock.advance(1_000);
    if (bench.woken.splice(0).length > 0) await owner.execute({ partition: 0, records: [bench.cancel('unknown')] });
  }
  expect(ids.filter((id) => dispatched(bench, id) > 0)).not.toEqual([]);
});

it('a batch is decided though each look at the clock takes longer than a slice', async () => {
  const bench = new OwnerBench();
  let looks = 0;
  const clock: Clock = {
    now: () => bench.clock.now() + 60 * (looks += 1),
    after: (ms, callback) => bench.clock.after(ms, callback),
  };
  const owner = bench.owner({ clock });
  await owner.take(0);
  const ids = ['t1', 't2', 't3'];
  await bench.execute(
    owner,
    ids.map((id) => bench.submit(id, { a: {} })),
  );
  expect(ids.map((id) => bench.typesOf(id)[0])).toEqual(ids.map(() => 'TaskAccepted'));
});

const slowReads = (bench: OwnerBench, ms: number) => ({
  commit: () => 'ok' as const,
  publish: () => 'ok' as const,
  read: () => {
    bench.clock.advance(ms);
    return 'ok' as const;
  },
});
