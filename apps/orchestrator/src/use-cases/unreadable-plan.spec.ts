import type { PlanFact } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { decide, evolve } from '@waybill/workflow';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

/** As a version does that does not know an event: here the dispatch of a step called `odd`. */
const older: typeof evolve = (plan, fact) => {
  if (fact.type === 'StepDispatched' && fact.data.step_id === 'odd') throw new Error('unknown event');
  return evolve(plan, fact);
};

const isOther = ({ type, data }: PlanFact): boolean =>
  type !== 'PlanCreated' || data.steps.every(({ step_id: id }) => id !== 'odd');

function fail(): never {
  throw new Error('unknown event');
}

it('stands still alone, and goes on where a version that can read it takes over', async () => {
  const bench = new OwnerBench();
  const first = bench.owner();
  await first.take(0);
  await first.execute({ partition: 0, records: [bench.submit('t', { odd: {} }), bench.submit('innocent', { a: {} })] });
  const second = bench.owner({ core: { decide, evolve: older } });
  await second.take(0);
  const cancel = bench.cancel('t');
  await second.execute({ partition: 0, records: [cancel, bench.result('innocent', 'a', completed)] });
  bench.clock.advance(3_600_000);
  await second.execute({ partition: 0, records: [] });
  expect(bench.typesOf('innocent').at(-1)).toBe('TaskCompleted');
  expect(bench.typesOf('t').at(-1)).toBe('StepDispatched');
  expect(bench.published.filter(({ topic }) => topic.endsWith('.dlq'))).toHaveLength(1);
  expect(bench.unreadablePlans).toMatchObject([{ code: 'internal', message: expect.stringContaining('task t') }]);
  const third = bench.owner();
  await third.take(0);
  await third.execute({ partition: 0, records: [] });
  expect(bench.typesOf('t').at(-1)).toBe('StepRetryScheduled');
});

it('stands still alone too when it waits for credits, out of memory: who can read it knows of it', async () => {
  const bench = new OwnerBench();
  let isOlder = false;
  const core = {
    decide,
    evolve: ((plan, fact) => (isOlder && !isOther(fact) ? fail() : evolve(plan, fact))) as typeof evolve,
  };
  const owner = bench.owner({ core, config: { openActivations: 1, plansInMemory: 1 } });
  await owner.take(0);
  const submitted = [
    bench.submit('holds', { a: {} }, { priority: 9 }),
    bench.submit('t', { odd: {} }),
    bench.submit('innocent', { a: {} }),
  ];
  for (const record of submitted) await owner.execute({ partition: 0, records: [record] });
  isOlder = true;
  await owner.execute({ partition: 0, records: [bench.result('holds', 'a', completed)] });
  expect(bench.typesOf('innocent').at(-1)).toBe('StepDispatched');
  await owner.execute({ partition: 0, records: [bench.result('innocent', 'a', completed)] });
  isOlder = false;
  const next = bench.owner();
  await next.take(0);
  await next.execute({ partition: 0, records: [] });
  expect(bench.typesOf('t').at(-1)).toBe('StepDispatched');
});

it('does not come from a wait that no clock reaches', async () => {
  const bench = new OwnerBench();
  const owner = bench.owner();
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
  const error = { class: 'transient', code: 'x', detail: 'later', retry_after_ms: Number.MAX_SAFE_INTEGER } as const;
  await owner.execute({ partition: 0, records: [bench.result('t', 'a', { status: 'failed', error })] });
  const next = bench.owner();
  await next.take(0);
  await next.execute({ partition: 0, records: [bench.cancel('t')] });
  expect(bench.typesOf('t').at(-1)).toBe('TaskCancelled');
});

it('does not stop with what could not even be failed: that is left out the third time', async () => {
  const bench = new OwnerBench();
  const stubborn: typeof decide = (plan, command) => {
    if (command.type === 'CancelTask' || command.type === 'FailTask') throw new Error('a bug');
    return decide(plan, command);
  };
  const owner = bench.owner({ core: { evolve, decide: stubborn } });
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} }), bench.submit('innocent', { a: {} })] });
  const records = [bench.cancel('t'), bench.result('innocent', 'a', completed)];
  for (let failures = 0; failures < 2; failures += 1) {
    await expect(owner.execute({ partition: 0, records })).rejects.toThrow('a bug');
    await owner.take(0);
  }
  await owner.execute({ partition: 0, records });
  expect(bench.typesOf('innocent').at(-1)).toBe('TaskCompleted');
});
