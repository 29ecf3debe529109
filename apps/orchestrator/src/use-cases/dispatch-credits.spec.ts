import { describe, expect, it } from 'vitest';
import { completed, OwnerBench, unreachable } from '../testing/owner-bench.ts';

describe('credits', () => {
  it('hold work back, and the most urgent plan gets the next one', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    const records = [
      bench.submit('first', { a: {} }),
      bench.submit('slow', { a: {} }, { priority: 1 }),
      bench.submit('urgent', { a: {} }, { priority: 9 }),
    ];
    await owner.execute({ partition: 0, records });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['urgent.1']);
    await owner.execute({ partition: 0, records: [bench.result('urgent', 'a', completed)] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['urgent.1', 'first.1']);
  });

  it.each([1, 1_000])(
    'are held by plans that are out of memory (a snapshot every %i events)',
    async (snapshotEvery) => {
      const bench = new OwnerBench();
      const owner = bench.owner({ config: { openActivations: 2, plansInMemory: 1, snapshotEvery } });
      const submit = (taskId: string, priority = 5) =>
        owner.execute({ partition: 0, records: [bench.submit(taskId, { a: {} }, { priority })] });
      await owner.take(0);
      for (const taskId of ['t1', 't2', 't3', 't4']) await submit(taskId);
      await submit('urgent', 9);
      const handedOut = () => bench.to('tasks.agent.echo').map(({ key }) => key);
      expect(handedOut()).toEqual(['t1.1', 't2.1']);
      await owner.execute({ partition: 0, records: [bench.result('t1', 'a', completed)] });
      expect(handedOut()).toEqual(['t1.1', 't2.1', 'urgent.1']);
      await owner.execute({ partition: 0, records: [bench.result('t2', 'a', completed)] });
      expect(handedOut()).toEqual(['t1.1', 't2.1', 'urgent.1', 't3.1']);
    },
  );

  it('are held once by a plan that went out of memory twice, the second time with nothing open', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 2, plansInMemory: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('open', { a: {} }), bench.submit('t', { a: {} })] });
    await owner.execute({ partition: 0, records: [bench.cancel('unknown')] });
    await owner.execute({ partition: 0, records: [bench.result('t', 'a', unreachable)] });
    await owner.execute({ partition: 0, records: [bench.cancel('unknown')] });
    bench.clock.advance(60_000);
    await owner.execute({ partition: 0, records: [bench.submit('waits', { a: {} })] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['open.1', 't.1', 't.1']);
  });

  it('are counted by who takes the partition next as soon as it knows the plan', async () => {
    const bench = new OwnerBench();
    const before = bench.owner();
    await before.take(0);
    const submit = bench.submit('open', { a: {} });
    await before.execute({ partition: 0, records: [submit] });
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [submit, bench.submit('waits', { a: {} })] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['open.1']);
  });

  it('wake nobody while a plan waits for them', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('open', { a: {} }), bench.submit('waits', { a: {} })] });
    bench.clock.advance(1_000);
    expect(bench.woken).toEqual([]);
  });

  it('are not forgotten by who takes the partition next: what waited is handed out', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('a', { s: {} }), bench.submit('b', { s: {} })] });
    const next = bench.owner();
    await next.take(0);
    bench.clock.advance(50);
    await next.execute({ partition: 0, records: [] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['a.1', 'b.1']);
  });

  it('let an urgent task overtake thousands of ready steps, as the settings are', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`s${at}`, {}]));
    const backlog = [1, 2, 3].map((at) => bench.submit(`slow-${at}`, wide, { priority: 0 }));
    await owner.execute({ partition: 0, records: backlog });
    await owner.execute({ partition: 0, records: [bench.submit('urgent', { a: {} }, { priority: 9 })] });
    await owner.execute({ partition: 0, records: [bench.result('slow-1', 's0', completed)] });
    expect(bench.to('tasks.agent.echo').at(-1)?.key).toBe('urgent.1');
  });
});
