import { expect, it } from 'vitest';
import { openServerRecord, readServers } from './server-record.ts';

it('takes a list of brokers as the services take it', () => {
  expect(readServers({ KAFKA_BROKERS: 'a:9092, b:9092 ,' })?.brokers).toEqual(['a:9092', 'b:9092']);
  expect(readServers({ KAFKA_BROKERS: '', DATABASE_URL: '' })).toBeUndefined();
});

it.each([
  [{ KAFKA_BROKERS: 'a:9092' }, /^DATABASE_URL is missing/],
  [{ DATABASE_URL: 'postgres://b/waybill' }, /^KAFKA_BROKERS is missing/],
])('who reads the record needs both servers, and nobody else does: %o', async (environment, detail) => {
  const servers = readServers(environment)!;
  await expect(openServerRecord(servers)).rejects.toMatchObject({
    code: 'invalid_configuration',
    detail: expect.stringMatching(detail),
  });
});
