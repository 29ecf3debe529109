/** What a plan does is in the trace of the record that brought it on. */
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { OwnerBench } from '../testing/owner-bench.ts';

const tracesOf = (messages: readonly OutgoingMessage[]) => messages.map(({ headers }) => headers['traceparent']);
const within = (traceparent: string, record: IncomingMessage): IncomingMessage => ({
  ...record,
  headers: { ...record.headers, traceparent },
});

describe('the trace of a plan', () => {
  it('is not left for that of a command that is ignored', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    const submit = bench.submit('t', { a: {} });
    await owner.execute({ partition: 0, records: [within('a', submit), within('b', submit)] });
    bench.clock.advance(3_600_000);
    await owner.execute({ partition: 0, records: [] });
    expect(bench.typesOf('t').length).toBeGreaterThan(3);
    expect(new Set(tracesOf(bench.published))).toEqual(new Set(['a-trace']));
  });

  it('is left for that of a command that does something', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    await owner.execute({ partition: 0, records: [within('a', bench.submit('t', { a: {} }))] });
    await owner.execute({ partition: 0, records: [within('b', bench.cancel('t'))] });
    expect(bench.typesOf('t').at(-1)).toBe('TaskCancelled');
    expect(tracesOf(bench.to('plan.events')).at(-1)).toBe('b-trace');
  });

  it('has the state of the trace beside it, on all that follows, also when another owner goes on', async () => {
    for (const snapshotEvery of [1, 1_000]) {
      const bench = new OwnerBench();
      const before = bench.owner({ config: { snapshotEvery } });
      await before.take(0);
      const submit = within('a', bench.submit('t', { a: {}, b: { needs: ['a'] } }));
      await before.execute({
        partition: 0,
        records: [{ ...submit, headers: { ...submit.headers, tracestate: 'v=1' } }],
      });
      const after = bench.owner();
      await after.take(0);
      bench.clock.advance(3_600_000);
      await after.execute({ partition: 0, records: [] });
      expect(bench.typesOf('t').length).toBeGreaterThan(3);
      expect(new Set(bench.published.map(({ headers }) => headers['tracestate']))).toEqual(new Set(['v=1']));
    }
  });

  it('has no state of a trace that it has left', async () => {
    const bench = new OwnerBench();
    const owner = bench.owner();
    await owner.take(0);
    const submit = within('a', bench.submit('t', { a: {} }));
    await owner.execute({ partition: 0, records: [{ ...submit, headers: { ...submit.headers, tracestate: 'v=1' } }] });
    await owner.execute({ partition: 0, records: [within('b', bench.cancel('t'))] });
    expect(bench.to('plan.events').at(-1)!.headers).not.toHaveProperty('tracestate');
    expect(bench.to('task.signals')[0]!.headers).not.toHaveProperty('tracestate');
  });
});
