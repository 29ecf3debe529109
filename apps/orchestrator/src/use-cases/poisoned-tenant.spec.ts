/** Whose the outcome of a poisonous submission is. */
import { topics } from '@waybill/contracts';
import { decide, evolve, type Core } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

it('the end of a task whose submission is poisonous belongs to who has submitted it', async () => {
  const bench = new OwnerBench();
  const core: Core = {
    evolve,
    decide: (plan, command) => {
      if (command.type === 'SubmitTask') throw new Error('poison');
      return decide(plan, command);
    },
  };
  const owner = bench.owner({ core });
  const submit = bench.submit('t', { a: {} });
  const record = { ...submit, headers: { ...submit.headers, tenant: 'acme', subject: 'ann' } };
  await owner.take(0);
  await expect(owner.execute({ partition: 0, records: [record] })).rejects.toThrow('poison');
  await owner.take(0);
  await owner.execute({ partition: 0, records: [record] });
  expect(bench.typesOf('t')).toEqual(['TaskFailed']);
  expect(bench.to(topics.planEvents)[0]!.headers).toMatchObject({ tenant: 'acme', subject: 'ann' });
});
