/** What an owner knows of a plan beside its state, when the plan begins at a snapshot. */
import type { IncomingMessage, Outcome } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { completed, OwnerBench, unreachable } from '../testing/owner-bench.ts';

const chain = { a: {}, b: { needs: ['a'] } };
const config = { plansInMemory: 1, snapshotEvery: 1 };
const of = (headers: Readonly<Record<string, string>>, record: IncomingMessage): IncomingMessage => ({
  ...record,
  headers: { ...record.headers, ...headers },
});

describe('a plan that begins at a snapshot', () => {
  it('holds the credits of what is open, whatever it was loaded for', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { ...config, openActivations: 1 } });
    await owner.take(0);
    const submit = bench.submit('open', { a: {} });
    await owner.execute({ partition: 0, records: [submit] });
    await owner.execute({ partition: 0, records: [bench.submit('waits', { a: {} })] });
    await owner.execute({ partition: 0, records: [submit] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['open.1']);
    await owner.execute({ partition: 0, records: [bench.result('open', 'a', completed)] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['open.1', 'waits.1']);
  });

  it('is as urgent as it was, also for who takes the partition next', async () => {
    const bench = new OwnerBench();
    const before = bench.owner({ config: { ...config, openActivations: 1 } });
    await before.take(0);
    const records = [
      bench.submit('open', { a: {} }, { priority: 9 }),
      bench.submit('slow', { a: {} }, { priority: 1 }),
      bench.submit('urgent', { a: {} }, { priority: 8 }),
    ];
    await before.execute({ partition: 0, records });
    const owner = bench.owner({ config: { ...config, openActivations: 2 } });
    await owner.take(0);
    bench.clock.advance(50);
    await owner.execute({ partition: 0, records: [] });
    expect(bench.to('tasks.agent.echo').map(({ key }) => key)).toEqual(['open.1', 'urgent.1', 'slow.1']);
  });

  it("goes on as its owner's, in its trace", async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config });
    await owner.take(0);
    const submit = of({ tenant: 'acme', subject: 'ann', traceparent: '00-theirs' }, bench.submit('t', chain));
    await owner.execute({ partition: 0, records: [submit] });
    await owner.execute({
      partition: 0,
      records: [of({ traceparent: '00-theirs' }, bench.result('t', 'a', unreachable))],
    });
    await owner.execute({ partition: 0, records: [bench.submit('other', chain)] });
    bench.clock.advance(60_000);
    await owner.execute({ partition: 0, records: [] });
    const again = bench.to('tasks.agent.echo').filter(({ key }) => key === 't.1');
    expect(again).toHaveLength(2);
    expect(again[1]!.headers).toMatchObject({
      tenant: 'acme',
      subject: 'ann',
      traceparent: again[0]!.headers['traceparent'],
    });
  });
});

it('a plan that is too large for a snapshot goes on without one, in the hands of whoever takes it next too', async () => {
  const bench = new OwnerBench();
  const large: Outcome = { status: 'completed', output: 'x'.repeat(1_000_000) };
  const ids = Array.from({ length: 20 }, (_, nth) => `s${nth}`);
  const snapshot = () => bench.record.plans.get('t')!.snapshot;
  const before = bench.owner({ config: { snapshotEvery: 40 } });
  await before.take(0);
  await before.execute({ partition: 0, records: [bench.submit('t', Object.fromEntries(ids.map((id) => [id, {}])))] });
  const results = ids.map((id) => bench.result('t', id, large));
  for (const result of results.slice(0, -1)) await before.execute({ partition: 0, records: [result] });
  expect([bench.typesOf('t').length, snapshot()]).toEqual([41, undefined]);
  const owner = bench.owner({ config: { snapshotEvery: 1 } });
  await owner.take(0);
  await owner.execute({ partition: 0, records: results.slice(-1) });
  expect(bench.typesOf('t').slice(-2)).toEqual(['StepCompleted', 'TaskFailed']); // all outputs together fit into no record
  expect(snapshot()).toBeUndefined();
});
