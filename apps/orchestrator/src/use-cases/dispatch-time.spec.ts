/** Handing out a step may take long, and so may the outcome of one, for its author wrote the expressions. */
import { topics } from '@waybill/contracts';
import { decide, evolve, type Core } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

const stepMs = 100;
const dispatched = (bench: OwnerBench, taskId: string): number =>
  bench.typesOf(taskId).filter((type) => type === 'StepDispatched').length;

/** Every step of the plan `slow` takes long. */
function slowSteps(bench: OwnerBench): Core {
  return {
    evolve,
    decide: (plan, command) => {
      if (command.type === 'DispatchStep' && command.stepId.startsWith('slow')) {
        bench.clock.advance(stepMs);
      }
      return decide(plan, command);
    },
  };
}

it('steps that take long are handed out a few at a time, all of them in the end', async () => {
  const bench = new OwnerBench();
  const owner = bench.owner({ core: slowSteps(bench) });
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { slow1: {}, slow2: {}, slow3: {} })] });
  for (let count = 1; count <= 3; count += 1) {
    expect(dispatched(bench, 't')).toBe(count);
    expect(bench.woken).toHaveLength(count - 1);
    bench.clock.advance(stepMs - 1);
    expect(bench.woken).toHaveLength(count - 1); // others have their time
    bench.clock.advance(1);
    expect(bench.woken).toHaveLength(count);
    await owner.execute({ partition: 0, records: [] });
  }
  const woken = bench.woken.length;
  bench.clock.advance(10 * stepMs);
  expect(bench.woken).toHaveLength(woken);
  await owner.execute({
    partition: 0,
    records: ['slow1', 'slow2', 'slow3'].map((id) => bench.result('t', id, completed)),
  });
  expect(bench.typesOf('t').at(-1)).toBe('TaskCompleted');
});

it('a plan of such steps lets the others go before it', async () => {
  const bench = new OwnerBench();
  const owner = bench.owner({ core: slowSteps(bench) });
  await owner.take(0);
  const records = [bench.submit('slow', { slow1: {}, slow2: {} }), bench.submit('quick', { a: {} })];
  await owner.execute({ partition: 0, records });
  expect([dispatched(bench, 'slow'), dispatched(bench, 'quick')]).toEqual([1, 0]);
  await owner.execute({ partition: 0, records: [] });
  expect([dispatched(bench, 'slow'), dispatched(bench, 'quick')]).toEqual([2, 1]);
});

it.each([1, 2])('the time may be up anywhere: no plan is passed over (%i steps in the first)', async (steps) => {
  const bench = new OwnerBench();
  const now = bench.clock.now.bind(bench.clock);
  let looks = 0;
  bench.clock.now = () => now() + (looks += 1); // time passes between any two looks at the clock
  const owner = bench.owner();
  await owner.take(0);
  const plans = Array.from({ length: 100 }, (_, at) => `t${at}`);
  const first = Object.fromEntries(Array.from({ length: steps }, (_, at) => [`s${at}`, {}]));
  const records = plans.map((id, at) => bench.submit(id, at === 0 ? first : { a: {} }));
  await bench.execute(owner, records);
  for (let rounds = 0; rounds < 10; rounds += 1) await bench.execute(owner, []);
  expect(plans.filter((id) => dispatched(bench, id) === 0)).toEqual([]);
});

it('outcomes that take long are decided a few at a time, and others have the thread for as long', async () => {
  const bench = new OwnerBench();
  let decidedAt: number[] = [];
  const core: Core = {
    evolve,
    decide: (plan, command) => {
      decidedAt.push(bench.clock.now());
      if (command.type === 'ApplyResult') bench.clock.advance(stepMs);
      return decide(plan, command);
    },
  };
  const owner = bench.owner({ core });
  await owner.take(0);
  const plans = ['t1', 't2', 't3'];
  await bench.execute(
    owner,
    plans.map((id) => bench.submit(id, { a: {} })),
  );
  decidedAt = [];
  const records = plans.map((id) => bench.result(id, 'a', completed));
  const unreadable = { ...bench.unreadable(), topic: topics.taskResults, offset: records.at(-1)!.offset + 1 };
  await bench.execute(owner, [...records, unreadable]);
  expect(plans.map((id) => bench.typesOf(id).at(-1))).toEqual(plans.map(() => 'TaskCompleted'));
  expect(decidedAt.map((at) => at - decidedAt[0]!)).toEqual([0, 2 * stepMs, 4 * stepMs]);
  expect(await bench.owner().take(0)).toMatchObject({ [topics.taskResults]: unreadable.offset + 1 });
});

it('a commit that is waited for is no work: nobody rests for it', async () => {
  const bench = new OwnerBench();
  const decidedAt: number[] = [];
  const core: Core = {
    evolve,
    decide: (plan, command) => {
      if (command.type === 'SubmitTask') {
        decidedAt.push(bench.clock.now());
        bench.clock.advance(stepMs);
      }
      return decide(plan, command);
    },
  };
  const commitMs = 400;
  const commit = () => {
    bench.clock.advance(commitMs);
    return 'ok' as const;
  };
  const owner = bench.owner({ core, faults: { commit, publish: () => 'ok', read: () => 'ok' } });
  await owner.take(0);
  const records = ['t1', 't2', 't3'].map((id) => bench.submit(id, { a: {} }));
  await bench.execute(owner, records);
  const round = 2 * stepMs + commitMs;
  expect(decidedAt.map((at) => at - decidedAt[0]!)).toEqual([0, round, 2 * round]);
});
