import type { KafkaMessage } from 'kafkajs';
import { expect, it } from 'vitest';
import { fromKafka } from './records.ts';

it('leaves out a header without a value, as our own reading does, and keeps the last of several values', () => {
  const headers = { nothing: null, once: 'a', twice: ['a', Buffer.from('b')], thrice: ['a', 'b', null] };
  const message = { offset: '7', timestamp: '1', key: null, value: Buffer.from('v'), headers };
  expect(fromKafka('t', 0, message as unknown as KafkaMessage)).toMatchObject({
    key: '',
    value: 'v',
    headers: { once: 'a', twice: 'b', thrice: 'b' },
  });
});
