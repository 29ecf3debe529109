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

it('refuses an address that can be none before anybody connects, and shows nothing of a password', async () => {
  const servers = readServers({ KAFKA_BROKERS: 'a:9092', DATABASE_URL: 'postgres://b:se@cr/et@db/waybill' })!;
  const refused = openServerRecord(servers);
  await expect(refused).rejects.toMatchObject({ code: 'invalid_configuration' });
  await expect(refused).rejects.toThrow(/DATABASE_URL: must be an address like postgres:(?!.*cr\/et)/);
});

it('says of a database that nobody can ask which setting leads there', async () => {
  const servers = readServers({ KAFKA_BROKERS: '127.0.0.1:1', DATABASE_URL: 'postgres://b@127.0.0.1:1/waybill' })!;
  await expect(openServerRecord(servers)).rejects.toMatchObject({
    code: 'unavailable',
    detail: expect.stringMatching(/DATABASE_URL leads could not be asked: .*ECONNREFUSED/),
  });
});
