/** Plans whose next decision makes the core throw, although no record brought it on. */
import { decide, evolve, type Core, type PlanCommand } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

const failing = (isFailing: (command: PlanCommand) => boolean): Core => ({
  evolve,
  decide: (plan, command) => {
    if (isFailing(command)) throw new Error('core bug');
    return decide(plan, command);
  },
});

it('a plan of which a step cannot be handed out is failed alone', async () => {
  const bench = new OwnerBench();
  const core = failing((command) => command.type === 'DispatchStep' && command.stepId === 'bad');
  const owner = bench.owner({ core });
  const records = [bench.submit('bad', { bad: {} }), bench.submit('good', { a: {} })];
  await owner.take(0);
  await expect(owner.execute({ partition: 0, records })).rejects.toThrow('core bug');
  await owner.take(0);
  await owner.execute({ partition: 0, records });
  expect(bench.typesOf('good')).toEqual(['TaskAccepted', 'PlanCreated', 'StepDispatched']);
  expect(bench.eventsOf('bad').at(-1)).toMatchObject({
    type: 'TaskFailed',
    data: { error: { class: 'bug', code: 'poisoned', detail: expect.stringContaining('dispatch of bad') } },
  });
  expect(bench.to('orchestrator.dlq')).toEqual([]);
});

it('a plan that can be neither woken nor failed is left alone, and not looked at again and again', async () => {
  const bench = new OwnerBench();
  const core = failing(({ type }) => type === 'WakeUp' || type === 'FailTask');
  const owner = bench.owner({ core });
  await owner.take(0);
  await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
  bench.clock.advance(121_000);
  for (let failures = 0; failures < 2; failures += 1) {
    await expect(owner.execute({ partition: 0, records: [] })).rejects.toThrow('core bug');
    await owner.take(0);
  }
  await owner.execute({ partition: 0, records: [] });
  const woken = bench.woken.length;
  bench.clock.advance(60_000);
  expect(bench.woken.length).toBe(woken);
});
