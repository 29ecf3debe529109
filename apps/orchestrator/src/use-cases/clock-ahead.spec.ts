/** A gateway whose clock is ahead, and a submission that comes twice. */
import { topics } from '@waybill/contracts';
import { decide, evolve, type Core } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

const hour = 3_600_000;

it('one record that comes again does not hold up the whole partition', async () => {
  const bench = new OwnerBench();
  const before = bench.owner();
  await before.take(0);
  bench.clock.advance(hour); // the gateway's clock
  const submit = bench.submit('t', { a: {} });
  bench.clock.advance(-hour);
  await before.execute({ partition: 0, records: [submit] });
  await before.execute({ partition: 0, records: [bench.result('t', 'a', completed)] }); // it has ended: no timer tells the next owner of it
  // the orchestrator is restarted; the gateway's producer had not heard the first answer and has sent it again
  const again = { ...submit, offset: submit.offset + 1 };
  const other = { ...bench.submit('other', { a: {} }), offset: submit.offset + 2 };
  const owner = bench.owner();
  let attempts = 0;
  for (; attempts < 180; attempts += 1) {
    await owner.take(0);
    const done = await owner.execute({ partition: 0, records: [again, other] }).then(
      () => true,
      () => false,
    );
    if (done) break;
    bench.clock.advance(10_000); // the longest back-off
  }
  expect(attempts).toBeLessThan(5);
  expect(bench.to(topics.planEvents).some(({ key }) => key === 'other')).toBe(true);
});

it('after an outage of the store what is submitted later is taken for new again', async () => {
  const bench = new OwnerBench();
  let isAway = true;
  const commit = () => (isAway ? ('fails' as const) : ('ok' as const));
  const owner = bench.owner({ faults: { commit, publish: () => 'ok', read: () => 'ok' } });
  await owner.take(0);
  const records = [bench.submit('refused', { a: {} })];
  await expect(owner.execute({ partition: 0, records })).rejects.toThrow(/commit/i);
  isAway = false;
  await owner.take(0);
  await owner.execute({ partition: 0, records });
  bench.loaded.length = 0;
  bench.clock.advance(hour);
  await owner.execute({ partition: 0, records: [bench.submit('later', { a: {} })] });
  expect(bench.to(topics.planEvents).some(({ key }) => key === 'later')).toBe(true);
  expect(bench.loaded).toEqual([]);
});

it('one that comes again while others take long does not make its plan be forgotten', async () => {
  const bench = new OwnerBench();
  const before = bench.owner({ config: { openActivations: 1 } });
  await before.take(0);
  await before.execute({ partition: 0, records: [bench.submit('holds', { a: {} }, { priority: 9 })] });
  bench.clock.advance(hour); // the gateway's clock
  const submit = bench.submit('t', { a: {} });
  bench.clock.advance(-hour);
  await before.execute({ partition: 0, records: [submit] });
  expect(bench.typesOf('t')).toEqual(['TaskAccepted', 'PlanCreated']);
  const core: Core = {
    evolve,
    decide: (plan, command) => {
      if (command.type === 'ApplyResult') bench.clock.advance(100);
      return decide(plan, command);
    },
  };
  const owner = bench.owner({ core, config: { openActivations: 1 } });
  await owner.take(0);
  bench.clock.advance(50);
  const again = { ...submit, offset: submit.offset + 1 };
  await bench.execute(owner, [bench.result('holds', 'a', completed), again]);
  expect(bench.typesOf('t')).toEqual(['TaskAccepted', 'PlanCreated', 'StepDispatched']);
});
