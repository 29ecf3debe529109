import { limits } from '@waybill/contracts';
import { decide, evolve, type Core, type Decision } from '@waybill/workflow';
import { describe, expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

const started = ['TaskAccepted', 'PlanCreated', 'StepDispatched'];

describe('a record that cannot be processed', () => {
  it('is dead-lettered with the commit that moves past it, and hurts nobody else', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.unreadable(), bench.submit('t', { a: {} })] });
    expect(bench.typesOf('t')).toEqual(started);
    expect(bench.to('orchestrator.dlq')).toMatchObject([
      { value: '{', headers: { dlq_offset: '0', dlq_error_class: 'invalid' } },
    ]);
    expect(bench.record.row(0).requests).toBe(2);
  });

  it.each(['a\u0000b', 'a\ud800b', 'x'.repeat(3_000)])(
    'because no store can hold its id is not even asked for',
    async (id) => {
      const bench = new OwnerBench();
      const owner = bench.owner();
      await owner.take(0);
      await owner.execute({
        partition: 0,
        records: [bench.cancel(id), bench.submit(id, { a: {} }), bench.submit('t', { a: {} })],
      });
      expect(bench.typesOf('t')).toEqual(started);
      expect(bench.typesOf(id)).toEqual([]);
      expect(bench.loaded).not.toContain(id);
      expect(bench.to('orchestrator.dlq')).toHaveLength(2);
    },
  );

  it('because no topic can have the name of its queue ends its own plan, once', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    const bad = bench.submit('bad', { a: {} });
    const value = (bad.value as string).replace('agent.echo', 'agent.echo/2');
    await owner.execute({ partition: 0, records: [{ ...bad, value }, bench.submit('t', { a: {} })] });
    expect(bench.eventsOf('bad')).toMatchObject([{ type: 'TaskFailed', data: { error: { code: 'invalid_request' } } }]);
    expect(bench.typesOf('t')).toEqual(started);
    expect(bench.to('tasks.agent.echo/2')).toEqual([]);
    expect(bench.to('orchestrator.dlq')).toHaveLength(1);
    await owner.execute({ partition: 0, records: [{ ...bad, value, offset: bad.offset + 2 }] });
    expect(bench.typesOf('bad')).toEqual(['TaskFailed']);
  });

  it('because the core fails on it ends its own plan as a bug, and hurts nobody else', async () => {
    const bench = new OwnerBench();
    const core: Core = {
      evolve,
      decide: (plan, command) => {
        if (command.type === 'ApplyResult' && command.result.plan_id === 'bad') throw new Error('core bug');
        return decide(plan, command);
      },
    };
    const owner = bench.owner({ core });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('bad', { a: {} }), bench.submit('good', { a: {} })] });
    const results = [bench.result('bad', 'a', completed), bench.result('good', 'a', completed)];
    await expect(owner.execute({ partition: 0, records: results })).rejects.toThrow('core bug');
    await owner.take(0);
    await owner.execute({ partition: 0, records: results });
    expect(bench.eventsOf('bad').at(-1)).toMatchObject({
      type: 'TaskFailed',
      data: { error: { class: 'bug', code: 'poisoned' } },
    });
    expect(bench.typesOf('good').at(-1)).toBe('TaskCompleted');
    expect(bench.to('orchestrator.dlq')).toHaveLength(1);
  });

  it('because no record can hold what is decided on it ends its own plan, and hurts nobody else', async () => {
    const bench = new OwnerBench();
    const core: Core = { evolve, decide: (plan, command) => enlarged(decide(plan, command)) };
    const owner = bench.owner({ core });
    await owner.take(0);
    const records = [bench.submit('bad', { [huge]: {} }), bench.submit('good', { a: {} })];
    await expect(owner.execute({ partition: 0, records })).rejects.toMatchObject({ code: 'payload_too_large' });
    await owner.take(0);
    await owner.execute({ partition: 0, records });
    expect(bench.eventsOf('bad')).toMatchObject([{ type: 'TaskFailed', data: { error: { code: 'poisoned' } } }]);
    expect(bench.typesOf('good')).toEqual(started);
    expect(bench.to('orchestrator.dlq')).toHaveLength(1);
  });
});

const huge = 'huge';

/** Whatever creates a step of this name creates more than fits into a record. */
function enlarged(decision: Decision): Decision {
  if ('events' in decision)
    for (const { type, data } of decision.events)
      if (type === 'PlanCreated' && data.steps[0]!.step_id === huge)
        data.steps[0]!.reason = 'x'.repeat(limits.recordBytes);
  return decision;
}
