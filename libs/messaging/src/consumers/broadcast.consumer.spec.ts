import { expect, it, onTestFinished } from 'vitest';
import { PlatformError } from '@waybill/contracts';
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import { BroadcastConsumer, type BroadcastOptions } from './broadcast.consumer.ts';
import type { DeadLetter } from './dead-letters.ts';

async function setup(options: Partial<BroadcastOptions> = {}) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  await log.append([0, 1, 2].map((n) => record('signals', 'k', n)));
  const seen: string[] = [];
  const dead: DeadLetter[] = [];
  const consumer = new BroadcastConsumer({
    log,
    clock,
    random: () => 0.5,
    name: 'signals',
    topics: ['signals'],
    from: 'start',
    handle: ({ value }) => void seen.push(String(value)),
    onDeadLetter: (letter) => Promise.resolve(void dead.push(letter)),
    ...options,
  });
  onTestFinished(() => consumer.close());
  await consumer.start();
  return { clock, log, consumer, seen, dead };
}

it('reads from the start, and says when it has caught up', async () => {
  const { log, consumer, seen } = await setup();
  await consumer.waitFor('signals', await log.endOffsets('signals'));
  expect(seen).toEqual(['0', '1', '2']);
});

it('reads from the end what is appended later', async () => {
  const { log, seen } = await setup({ from: 'end' });
  await log.append([record('signals', 'k', 3)]);
  await until(() => seen.length === 1);
  expect(seen).toEqual(['3']);
});

it('reads from given positions', async () => {
  const { seen } = await setup({ from: new Map([['signals', [2]]]) });
  await until(() => seen.length === 1);
  expect(seen).toEqual(['2']);
});

it('puts aside what cannot be handled and goes on', async () => {
  const seen: string[] = [];
  const { dead } = await setup({
    handle: ({ value }) => {
      if (value === '1') throw new PlatformError('invalid_request');
      seen.push(String(value));
    },
  });
  await until(() => seen.length === 2);
  expect(dead.map(({ message, attempts }) => [message.offset, attempts])).toEqual([[1, 1]]);
});

it('tries again what may pass, and nothing overtakes it', async () => {
  const seen: string[] = [];
  let failures = 2;
  const { clock } = await setup({
    handle: ({ value }) => {
      if (value === '1' && failures-- > 0) throw new PlatformError('unavailable');
      seen.push(String(value));
    },
  });
  await until(() => seen.length === 3, clock);
  expect(seen).toEqual(['0', '1', '2']);
});

it('hands over what the log delivers at once, when it is asked to', async () => {
  const batches: string[][] = [];
  const { log, consumer, seen } = await setup({
    onBatch: ({ records }) => void batches.push(records.map(({ value }) => String(value))),
  });
  await consumer.waitFor('signals', await log.endOffsets('signals'));
  expect([batches, seen]).toEqual([[['0', '1', '2']], []]);
});

it('tries a rejected batch again record by record, so that one alone is put aside', async () => {
  const seen: string[] = [];
  const retries: unknown[] = [];
  const { dead } = await setup({
    onBatch: () => Promise.reject(new PlatformError('invalid_request')),
    handle: ({ value }) => {
      if (value === '1') throw new PlatformError('invalid_request');
      seen.push(String(value));
    },
    hooks: { onRetry: ({ partition, failures }) => retries.push([partition, failures]) },
  });
  await until(() => seen.length === 2);
  expect(dead.map(({ message }) => message.offset)).toEqual([1]);
  expect(retries).toEqual([[0, 1]]);
});

it('counts as passed what was there before it began at the end', async () => {
  const { log, consumer } = await setup({ from: 'end' });
  await consumer.waitFor('signals', await log.endOffsets('signals'));
  expect(consumer.positions).toEqual([{ topic: 'signals', partition: 0, offset: 3 }]);
});

it('handles nothing after close', async () => {
  const { log, consumer, seen } = await setup({ from: 'end' });
  await consumer.close();
  await log.append([record('signals', 'k', 3)]);
  await quiet();
  expect(seen).toEqual([]);
});
