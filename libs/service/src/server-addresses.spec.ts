import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readSettings } from './environment.ts';
import { brokerAddresses, databaseAddress, redisAddress } from './server-addresses.ts';

const read = <T>(schema: z.ZodType<T>, ADDRESS: string): unknown =>
  readSettings(z.object({ ADDRESS: schema }), { ADDRESS }).ADDRESS;
const refused = (schema: z.ZodType, address: string): string => {
  try {
    return `taken: ${JSON.stringify(read(schema, address))}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('brokers', () => {
  it.each(['kafka:9092', '10.0.0.7:9092, broker-2.example:19092', '[::1]:9092,[fd00::2]:9092'])('takes %s', (list) =>
    expect(read(brokerAddresses, list)).toEqual(list.split(',').map((one) => one.trim())),
  );

  it('may stand in a list that ends with a comma', () =>
    expect(read(brokerAddresses, 'kafka:9092, other:9092,')).toEqual(['kafka:9092', 'other:9092']));

  it.each(['kafka', ', ', 'kafka://kafka:9092', 'kafka:0', 'kafka:99999', '::1:9092', '[kafka]:9092', 'u@k:1'])(
    'refuses %s, by the name of the setting',
    (list) => expect(refused(brokerAddresses, list)).toMatch(/^Settings that are not valid: ADDRESS: .*host:port,host/),
  );
});

describe('a database', () => {
  it.each([
    'postgres://a:b@db/plans',
    'postgresql://db:5433/plans?sslmode=require',
    'postgres://a:b@/plans?host=/run/postgresql',
    'postgres://a:b@%2Frun%2Fpostgresql/plans',
    'postgres://a:p%40ss%2Fw%3Ao%23r%3Fd%20%2541@[::1]:5432/plans?sslmode=verify-full&sslrootcert=/etc/ca@home.pem',
  ])('may be at %s', (url) => expect(read(databaseAddress, url)).toBe(url));

  it.each([
    'postgres://a:p@se/cret@db/plans',
    'postgres://a:se/cret@db/plans',
    'postgres://a:se#cret@db/plans',
    'postgres://a:1?secret@db/plans',
    'postgres://a:secret%@db/plans',
    'postgres://a:se cret%21@db/plans',
    'postgres://a:b@/se/cret@db/plans',
    'postgres:a:secret@db/plans',
  ])('is not at %s, and what a password needs is said without it', (url) => {
    const said = refused(databaseAddress, url);
    expect(said).toMatch(/^Settings that are not valid: ADDRESS: .*postgres:\/\/user:password@host.* %40/);
    expect(said).not.toMatch(/secret|cret@/);
  });

  it('may stand in a file whose line ends', () =>
    expect(read(databaseAddress, ' postgres://a:b@db/plans\n')).toBe('postgres://a:b@db/plans'));

  it('has no other way to use TLS than those that its client knows', () =>
    expect(refused(databaseAddress, 'postgres://a:b@db/plans?sslmode=verify')).toMatch(/sslmode .* verify-full/));
});

describe('Redis', () => {
  it.each(['redis://redis', 'rediss://:p%40ss@redis:6380/3', 'redis://[::1]:6379'])('may be at %s', (url) =>
    expect(read(redisAddress, url)).toBe(url),
  );

  it.each(['redis:6379', 'redis://:p@se/cret@redis', 'redis://:secret%@redis', 'redis://redis/zero', 'http://redis'])(
    'is not at %s',
    (url) => expect(refused(redisAddress, url)).toMatch(/ADDRESS: must be an address like redis:\/\/(?!.*cret)/),
  );
});
