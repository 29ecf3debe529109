import { PlatformError, topics } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { completed, OwnerBench, unreachable } from '../testing/owner-bench.ts';

const chain = { a: {}, b: { needs: ['a'] } };
const started = ['TaskAccepted', 'PlanCreated', 'StepDispatched'];

describe('advancing plans', () => {
  it('takes a request to the first dispatch in one commit', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', chain)] });
    expect(bench.typesOf('t')).toEqual(started);
    expect(bench.to('tasks.agent.echo')).toHaveLength(1);
    expect(bench.record.row(0)).toMatchObject({ requests: 1, results: 0 });
  });

  it('takes a task to its end, and leaves no wake-up behind', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', chain)] });
    expect(bench.record.row(0).wakeUps.size).toBe(1);
    await owner.execute({ partition: 0, records: [bench.result('t', 'a', completed)] });
    await owner.execute({ partition: 0, records: [bench.result('t', 'b', completed)] });
    expect(bench.typesOf('t')).toEqual([
      ...started,
      'StepCompleted',
      'StepDispatched',
      'StepCompleted',
      'TaskCompleted',
    ]);
    expect(bench.eventsOf('t').map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(bench.record.row(0).wakeUps.size).toBe(0);
  });

  it('changes nothing when a request or a result comes again', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    const submit = bench.submit('t', { a: {} });
    await owner.execute({ partition: 0, records: [submit, submit] });
    const result = bench.result('t', 'a', completed);
    await owner.execute({ partition: 0, records: [result, result, submit] });
    expect(bench.typesOf('t')).toEqual([...started, 'StepCompleted', 'TaskCompleted']);
  });

  it('knows the request of a task that was refused when it comes again after the task is out of memory', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { plansInMemory: 1 } });
    await owner.take(0);
    bench.clock.advance(6_000);
    const submit = bench.submit('refused', { a: {} });
    const refused = { ...submit, value: (submit.value as string).replace('agent.echo', 'no queue') };
    await owner.execute({ partition: 0, records: [refused] });
    await owner.execute({ partition: 0, records: [bench.submit('next', { a: {} })] });
    await owner.execute({ partition: 0, records: [refused] });
    expect(bench.typesOf('refused')).toEqual(['TaskFailed']);
  });

  it('asks the store for no plan that can only be new, and for every other one', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { plansInMemory: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('soon', { a: {} })] });
    expect(bench.loaded).toEqual(['soon']);
    bench.clock.advance(6_000);
    const late = bench.submit('late', { a: {} });
    await owner.execute({ partition: 0, records: [late, bench.cancel('unknown')] });
    expect(bench.loaded).toEqual(['soon', 'unknown']);
    await owner.execute({ partition: 0, records: [bench.submit('next', { a: {} })] });
    await owner.execute({ partition: 0, records: [late] });
    expect(bench.loaded).toEqual(['soon', 'unknown', 'late']);
    for (const task of ['soon', 'late', 'next']) expect(bench.typesOf(task)).toEqual(started);
  });

  it('takes a task in once, even if a clock that is ahead makes it look new to the next owner', async () => {
    const bench = new OwnerBench();
    const before = bench.owner();
    await before.take(0);
    bench.clock.advance(60_000);
    const submit = bench.submit('t', { a: {} });
    await before.execute({ partition: 0, records: [submit] });
    await before.execute({ partition: 0, records: [bench.result('t', 'a', completed)] });
    bench.clock.advance(-60_000);
    const owner = bench.owner();
    await owner.take(0);
    await expect(owner.execute({ partition: 0, records: [submit] })).rejects.toThrow(/is there already/);
    bench.clock.advance(60_000);
    await owner.take(0);
    await owner.execute({ partition: 0, records: [submit] });
    expect(bench.typesOf('t')).toEqual([...started, 'StepCompleted', 'TaskCompleted']);
  });

  it('names the record that led to an event, and hands on its trace', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', chain)] });
    expect(bench.to(topics.planEvents)[0]!.headers).toMatchObject({
      cause: 'task.requests/0/0',
      traceparent: '00-trace',
      ce_id: 't/1',
    });
    expect(bench.to('tasks.agent.echo')[0]!.headers).toMatchObject({ traceparent: '00-trace' });
  });

  it('tries a step again when its time has come, and not before', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
    await owner.execute({ partition: 0, records: [bench.result('t', 'a', unreachable)] });
    expect(bench.typesOf('t').at(-1)).toBe('StepRetryScheduled');
    await owner.execute({ partition: 0, records: [] });
    expect(bench.typesOf('t').at(-1)).toBe('StepRetryScheduled');
    bench.clock.advance(300);
    expect(bench.woken).toEqual([0]);
    await owner.execute({ partition: 0, records: [] });
    expect(bench.eventsOf('t').at(-1)).toMatchObject({ type: 'StepDispatched', data: { epoch: 2 } });
  });

  it('answers a cancel with its verdict', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', chain)] });
    await owner.execute({ partition: 0, records: [bench.cancel('t'), bench.cancel('t'), bench.cancel('nobody')] });
    expect(bench.to(topics.replies).map(({ value }) => JSON.parse(value as string) as object)).toMatchObject([
      { command_id: 'c-1', applied: true, task_status: 'cancelled' },
      { applied: false, error: { class: 'conflict', code: 'task_ended' } },
      { applied: false, error: { class: 'not_found', code: 'task_not_found' } },
    ]);
    expect(bench.to(topics.taskSignals)).toHaveLength(1);
  });
});

describe('a plan that is not in memory', () => {
  it.each([1, 1_000])('is folded from what is stored (a snapshot every %i events)', async (snapshotEvery) => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { plansInMemory: 1, snapshotEvery } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', chain), bench.submit('u', chain)] });
    await owner.execute({ partition: 0, records: [bench.result('u', 'a', completed)] });
    await owner.execute({ partition: 0, records: [bench.result('t', 'a', completed)] });
    await owner.execute({
      partition: 0,
      records: [bench.result('t', 'b', completed), bench.result('u', 'b', completed)],
    });
    expect(bench.typesOf('t').at(-1)).toBe('TaskCompleted');
    expect(bench.typesOf('u').at(-1)).toBe('TaskCompleted');
  });
});

describe('an owner', () => {
  it('that was replaced can commit nothing, not even a timer', async () => {
    const bench = new OwnerBench();
    const zombie = bench.owner();
    await zombie.take(0);
    await zombie.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
    const owner = bench.owner();
    await owner.take(0);
    bench.clock.advance(121_000);
    await expect(zombie.execute({ partition: 0, records: [] })).rejects.toMatchObject({ code: 'fenced' });
    await owner.execute({ partition: 0, records: [] });
    expect(bench.typesOf('t')).toEqual([...started, 'StepRetryScheduled']);
  });

  it.each(['fails', 'unknown-lost'] as const)(
    'whose commit %s decides the batch anew after it has taken the partition again',
    async (fault) => {
      const bench = new OwnerBench();
      const faults = [fault];
      const owner = bench.owner({ faults: { commit: () => faults.pop() ?? 'ok', publish: () => 'ok' } });
      await owner.take(0);
      const submit = bench.submit('t', { a: {} });
      await expect(owner.execute({ partition: 0, records: [submit] })).rejects.toBeInstanceOf(PlatformError);
      expect(await owner.take(0)).toEqual({ [topics.taskRequests]: 0, [topics.taskResults]: 0 });
      await owner.execute({ partition: 0, records: [submit] });
      expect(bench.typesOf('t')).toEqual(started);
    },
  );

  it('whose commit took place although nobody said so goes on after it', async () => {
    const bench = new OwnerBench();
    const faults = ['unknown-kept' as const];
    const owner = bench.owner({ faults: { commit: () => faults.pop() ?? 'ok', publish: () => 'ok' } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
    await owner.execute({ partition: 0, records: [bench.result('t', 'a', completed)] });
    expect(bench.typesOf('t')).toEqual([...started, 'StepCompleted', 'TaskCompleted']);
  });

  it('that can no longer publish takes the partition again, and what was committed is published', async () => {
    const bench = new OwnerBench();
    const faults = ['gives-up' as const];
    const owner = bench.owner({ faults: { commit: () => 'ok', publish: () => faults.pop() ?? 'ok' } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('t', { a: {} })] });
    expect(bench.typesOf('t')).toEqual([]);
    expect(bench.woken).toEqual([0]);
    await expect(owner.execute({ partition: 0, records: [] })).rejects.toMatchObject({ code: 'log_unavailable' });
    await owner.take(0);
    expect(bench.typesOf('t')).toEqual(started);
  });

  it('that has released a partition does nothing for it', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.release(0);
    await expect(owner.execute({ partition: 0, records: [] })).rejects.toThrow('was not taken');
  });
});
