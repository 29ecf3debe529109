import { Seldom } from '@waybill/telemetry';
import { expect, it } from 'vitest';
import { seldomLog } from './client-log.ts';

it('tells once in a while what is the same of the same broker, however often it is said', () => {
  const lines: unknown[] = [];
  let now = 0;
  const log = seldomLog({ warn: (text, fields) => lines.push([text, fields]) }, new Seldom(() => now));
  const away = 'Kafka Connection: Connection error: connect ECONNREFUSED';
  for (now = 0; now <= 10_000; now += 100) log.warn(away, { broker: 'a:9092' });
  log.warn(away, { broker: 'b:9092' });
  const refused = new Error('refused');
  for (const error of [refused, new Error('refused'), new Error('gone')]) log.warn('Kafka', { error });
  expect(lines).toEqual([
    [away, { broker: 'a:9092' }],
    [away, { broker: 'a:9092', untold: 99 }],
    [away, { broker: 'b:9092' }],
    ['Kafka', { error: refused }],
    ['Kafka', { error: new Error('gone') }],
  ]);
});
