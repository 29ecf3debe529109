import { expect, it } from 'vitest';
import { failureOf, limits, PlatformError } from '@waybill/contracts';
import { InMemoryMessageLog, ManualClock, record } from '@waybill/testing';
import { refuseLargeRecords } from '../record-size.ts';
import { DeadLetters } from './dead-letters.ts';

async function bury(value: string | Uint8Array, { key = 'k', more = {} as Record<string, string> } = {}) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  const headers = {
    ...record('tasks.a', 'k').headers,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...more,
  };
  await log.append([{ topic: 'tasks.a', key, headers, value }]);
  const message = log.recordsOf('tasks.a')[0]!;
  const failure = failureOf(new PlatformError('unavailable', { detail: 'x'.repeat(9_000) }));
  await new DeadLetters(log, 'agent-node').publish({
    message,
    failure,
    attempts: 5,
    firstFailedAt: 0,
    lastFailedAt: 1_000,
  });
  return { message, letter: log.recordsOf('agent-node.dlq')[0]! };
}

it('keeps key, headers and bytes, and adds where it was and why it failed', async () => {
  const bytes = new Uint8Array([0, 255, 128]);
  const { message, letter } = await bury(bytes);
  expect(letter.value).toBe(bytes);
  expect(letter.key).toBe('k');
  expect(letter.headers).toEqual({
    ...message.headers,
    dlq_topic: 'tasks.a',
    dlq_partition: '0',
    dlq_offset: '0',
    dlq_error_class: 'transient',
    dlq_error_code: 'unavailable',
    dlq_error_detail: 'x'.repeat(500),
    dlq_attempts: '5',
    dlq_first_failed_at: '1970-01-01T00:00:00.000Z',
    dlq_last_failed_at: '1970-01-01T00:00:01.000Z',
  });
});

it('leaves place and reason of a record behind that is too large to be copied', async () => {
  const { message, letter } = await bury('x'.repeat(limits.recordBytes - 300));
  expect(letter.value).toBeNull();
  expect(letter.headers).toMatchObject({ dlq_value: 'left at its source', dlq_offset: String(message.offset) });
});

it.each([
  ['headers', { more: { big: 'x'.repeat(limits.recordBytes - 600) } }],
  ['key', { key: 'x'.repeat(limits.recordBytes - 600) }],
])('leaves place and reason of a record behind whose %s are too large to be copied', async (_what, large) => {
  const { message, letter } = await bury('', large);
  expect(() => refuseLargeRecords([message])).not.toThrow();
  expect(() => refuseLargeRecords([letter])).not.toThrow();
  expect(letter.headers).toMatchObject({ dlq_value: 'left at its source', dlq_offset: '0' });
});
