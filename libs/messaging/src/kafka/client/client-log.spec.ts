import { Seldom } from '@waybill/telemetry';
import { expect, it } from 'vitest';
import { clientLog, seldomLog } from './client-log.ts';
import { logLevel } from './client.ts';

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

it('tells the same of each group', () => {
  const lines: unknown[] = [];
  const log = seldomLog({ warn: (_, fields) => lines.push(fields) }, new Seldom(() => 0));
  const error = new Error('Not authorized to access group: Group authorization failed');
  for (const group of ['gateway', 'rag-indexer.search', 'gateway']) log.warn('Kafka', { group, error });
  expect(lines).toEqual(['gateway', 'rag-indexer.search'].map((group) => ({ group, error })));
});

it('leaves to its member what a coordinator refuses it', () => {
  const lines: string[] = [];
  const log = clientLog({ warn: (text) => void lines.push(text) })(logLevel.ERROR);
  const entry = { namespace: 'Connection', level: logLevel.ERROR, label: 'ERROR' };
  for (const message of ['Response Heartbeat(key: 12, version: 3)', 'Response Metadata(key: 3, version: 6)'])
    log({ ...entry, log: { message, timestamp: '', error: 'The group is rebalancing' } as never });
  expect(lines).toEqual(['Kafka Connection: Response Metadata(key: 3, version: 6)']);
});
