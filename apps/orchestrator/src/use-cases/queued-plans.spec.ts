/** A plan that waits for credits is not out of time: what else is due of it is done. */
import type { IncomingMessage } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { completed, OwnerBench } from '../testing/owner-bench.ts';

const second = 1_000;
const minute = 60 * second;
const slow = { a: { timeout: '1h' } };

/** The task ends ten seconds from now. */
function submitShort(bench: OwnerBench, taskId: string, priority = 5): IncomingMessage {
  const record = bench.submit(taskId, { a: {} }, { priority });
  const body = JSON.parse(record.value as string) as object;
  return { ...record, value: JSON.stringify({ ...body, deadline_at: bench.clock.now() + 10 * second }) };
}

describe('what is due of a plan that waits for credits', () => {
  it('its own deadline ends it', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('holds', slow)] });
    await owner.execute({ partition: 0, records: [submitShort(bench, 'waits')] });
    await bench.passes(owner, 30 * minute, minute);
    expect(bench.typesOf('waits').at(-1)).toBe('TaskFailed');
  });

  it('its deadline ends it, though it is never its turn because more urgent ones keep coming', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('u0', { a: {} }, { priority: 9 })] });
    await owner.execute({ partition: 0, records: [submitShort(bench, 'low', 0)] });
    for (let nth = 0; nth < 100; nth += 1) {
      bench.clock.advance(second);
      await owner.execute({
        partition: 0,
        records: [bench.submit(`u${nth + 1}`, { a: {} }, { priority: 9 }), bench.result(`u${nth}`, 'a', completed)],
      });
    }
    expect(bench.typesOf('low').at(-1)).toBe('TaskFailed');
  });

  it('calls of another of its steps that nobody answers time out', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner({ config: { openActivations: 1 } });
    await owner.take(0);
    await owner.execute({ partition: 0, records: [bench.submit('p', { s: { timeout: '10s' }, t: {} })] });
    // `s` gives its credit back and waits for a search; the urgent task gets it, so `t` waits for credits
    const calls = [{ kind: 'knowledge.search' as const, input: {} }];
    await owner.execute({
      partition: 0,
      records: [bench.result('p', 's', { status: 'suspended', calls }), bench.submit('holds', slow, { priority: 9 })],
    });
    await bench.passes(owner, 30 * minute, minute);
    expect(bench.typesOf('p')).toContain('StepRetryScheduled');
  });
});
