/** What the next owner of a partition knows of the plans whose ready steps waited in the queue of the one before. */
import { topics } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

const minute = 60_000;
const handedOut = (bench: OwnerBench): string[] => bench.to('tasks.agent.echo').map(({ key }) => key);

it('hands out the ready step of a plan that has another one open', async () => {
  const bench = new OwnerBench();
  const before = bench.owner({ config: { openActivations: 2 } });
  await before.take(0);
  // nobody is there to do `dead`; `b` is ready and waits for the credit that `holds` has
  await before.execute({
    partition: 0,
    records: [
      bench.submit('holds', { a: {} }, { priority: 9 }),
      bench.submit('t', { dead: { timeout: '24h' }, b: {} }),
    ],
  });
  expect(handedOut(bench)).toEqual(['holds.1', 't.1']);
  const owner = bench.owner();
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.result('holds', 'a', completed)] });
  await bench.passes(owner, 5 * minute, minute);
  expect(handedOut(bench)).toContain('t.2');
});

it('looks at what waits bit by bit, at all of it in the end', async () => {
  const bench = new OwnerBench();
  const config = { openActivations: 1, plansInMemory: 10 };
  const before = bench.owner({ config });
  await before.take(0);
  const records = Array.from({ length: 1_000 }, (_, at) => bench.submit(`t${at}`, { a: {} }));
  await bench.execute(before, records);
  const owner = bench.owner({ config });
  await owner.take(0);
  bench.clock.advance(50);
  bench.loaded.length = 0;
  await bench.execute(owner, []);
  expect(bench.loaded.length).toBeLessThan(300);
  while (bench.woken.splice(0).length > 0) {
    await bench.execute(owner, []);
    bench.clock.advance(50);
  }
  expect(new Set(bench.loaded).size).toBe(999);
  expect(bench.to(topics.planEvents).filter(({ key }) => key === 't0').length).toBe(3);
});

it('after a commit that failed nothing is decided, and nobody is woken, until the partition is taken anew', async () => {
  const bench = new OwnerBench();
  let fate: 'ok' | 'fails' = 'ok';
  const owner = bench.owner({ faults: { commit: () => fate, publish: () => 'ok', read: () => 'ok' } });
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
  fate = 'fails';
  const records = [bench.cancel('t')];
  await expect(owner.execute({ partition: 0, records })).rejects.toThrow(/commit/i);
  fate = 'ok';
  await expect(owner.execute({ partition: 0, records })).rejects.toThrow('was not taken');
  bench.clock.advance(3_600_000);
  expect(bench.woken).toEqual([]);
  await owner.take(0);
  await owner.execute({ partition: 0, records });
  expect(bench.typesOf('t').at(-1)).toBe('TaskCancelled');
});
