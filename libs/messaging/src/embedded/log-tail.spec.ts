/** What a tail does with a batch that was rejected. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { BatchTable } from './batch-table.ts';
import { Deliveries } from './deliveries.ts';
import { LogPartition } from './log-partition.ts';
import { LogTail } from './log-tail.ts';

const records = [{ topic: 'tasks.a', partition: 0, offset: 0, key: 'k', headers: {}, value: null, timestamp: 0 }];
const table = { read: () => ({ baseOffset: 0, nextOffset: 1, bytes: 1, records }) } as unknown as BatchTable;
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Its handler's first call does as the spec says. */
function reading(onRecords: () => Promise<void>) {
  const deliveries = new Deliveries();
  const partition = new LogPartition(1, 'tasks.a', 0, { start: 0, end: 1, lastTimestamp: 0 });
  let calls = 0;
  const handle = (): Promise<void> => ((calls += 1) === 1 ? onRecords() : Promise.resolve());
  const parts = { table, deliveries, backOff: { firstMs: 1_000, mostMs: 1_000 }, onError: () => undefined };
  const tail = new LogTail([partition], { topics: ['tasks.a'], from: 'start', onRecords: handle }, parts);
  deliveries.run();
  return { tail, deliveries, calls: () => calls };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('delivers it again after a back-off', async () => {
  const { deliveries, calls } = reading(() => Promise.reject(new Error('not now')));
  await turn();
  vi.advanceTimersByTime(499);
  deliveries.run();
  expect(calls()).toBe(1);
  vi.advanceTimersByTime(501);
  deliveries.run();
  expect(calls()).toBe(2);
});

it('leaves nothing waiting when it is closed, whether the batch was rejected before or after that', async () => {
  const before = reading(() => Promise.reject(new Error('not now')));
  await turn();
  expect(vi.getTimerCount()).toBe(1);
  await before.tail.close();
  expect(vi.getTimerCount()).toBe(0);
  const under = Promise.withResolvers<void>();
  const { tail } = reading(() => under.promise);
  const closed = tail.close();
  under.reject(new Error('not now'));
  await closed;
  await turn();
  expect(vi.getTimerCount()).toBe(0);
});
