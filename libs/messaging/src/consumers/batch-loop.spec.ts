import type { IncomingMessage } from '@waybill/contracts';
import { ManualClock, until } from '@waybill/testing';
import { expect, it } from 'vitest';
import type { RecordBatch } from '../message-log.ts';
import { BatchLoop } from './batch-loop.ts';

const place = { topic: 'requests', partition: 0 };

function batchOf(from: number, to: number): RecordBatch {
  const offsets = Array.from({ length: to - from }, (_, index) => from + index);
  const records = offsets.map((offset) => ({ ...place, offset }) as IncomingMessage);
  return { ...place, records, nextOffset: to };
}

it('lets deliveries go on when a recovery has emptied a full inbox', async () => {
  const clock = new ManualClock();
  const calls: string[] = [];
  const gate = Promise.withResolvers<void>();
  const loop = new BatchLoop({
    maxRecords: 10,
    maxGathered: 2,
    backoff: { initialMs: 1, factor: 1, maxMs: 1 },
    clock,
    random: () => 0.5,
    handle: () => gate.promise,
    recover: () => Promise.resolve(void loop.inbox.expect({ ...place, offset: 6 })),
    onFull: () => calls.push('full'),
    onRoom: () => calls.push('room'),
    onRetry: () => calls.push('retry'),
  });
  loop.inbox.expect({ ...place, offset: 0 });
  loop.open();
  loop.inbox.accept(batchOf(0, 1));
  loop.poke();
  await until(() => loop.inbox.isEmpty);
  loop.inbox.accept(batchOf(1, 6));
  loop.poke();
  expect(calls).toEqual(['full']);
  gate.reject(new Error('another owner has decided all of it'));
  await until(() => calls.includes('retry'));
  clock.advance(1);
  await until(() => calls.includes('room'));
  expect(loop.inbox.isEmpty).toBe(true);
  await loop.stop();
});

it('holds back deliveries of large records, and hands out a few of them at a time', async () => {
  const calls: string[] = [];
  const sizes: number[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const loop = new BatchLoop({
    maxRecords: 10_000,
    maxGathered: 10_000,
    backoff: { initialMs: 1, factor: 1, maxMs: 1 },
    clock: new ManualClock(),
    random: () => 0.5,
    handle: ({ records }) => gates[sizes.push(records.length) - 1]!.promise,
    recover: () => Promise.resolve(),
    onFull: () => calls.push('full'),
    onRoom: () => calls.push('room'),
    onRetry: () => calls.push('retry'),
  });
  const value = 'x'.repeat(1024 * 1024);
  for (let offset = 0; offset < 40; offset += 1) {
    const [record] = batchOf(offset, offset + 1).records;
    loop.inbox.accept({ ...place, records: [{ ...record!, value }], nextOffset: offset + 1 });
    loop.poke();
  }
  expect(loop.isBatchWhole).toBe(true);
  expect(calls).toEqual(['full']);
  loop.open();
  for (const [nth, gate] of gates.slice(0, 3).entries()) {
    await until(() => sizes.length === nth + 1);
    expect(calls).toEqual(nth === 0 ? ['full'] : ['full', 'room']);
    gate.resolve();
  }
  await loop.stop();
  expect(sizes).toEqual([16, 16, 8]);
  expect([loop.inbox.chars, loop.isBatchWhole]).toEqual([0, false]);
});
