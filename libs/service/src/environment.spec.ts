import { expect, it } from 'vitest';
import { z } from 'zod';
import { databaseSettings, readSettings, serviceSettings, ServiceSettings } from './environment.ts';

const read = (environment: Record<string, string>) => readSettings(ServiceSettings, environment);

it('reads a list of brokers, and what is left out has a default', () => {
  const settings = read({ KAFKA_BROKERS: 'a:9092, b:9093', LOG_LEVEL: '' });
  expect(settings).toMatchObject({ KAFKA_BROKERS: ['a:9092', 'b:9093'], LOG_LEVEL: 'info', KAFKA_PARTITIONS: 12 });
});

it('takes a blank for absent, not for the number 0', () => {
  const settings = read({ KAFKA_BROKERS: 'a:9092', METRICS_PORT: ' ', KAFKA_REPLICAS: '\t' });
  expect([settings.METRICS_PORT, settings.KAFKA_REPLICAS]).toEqual([undefined, undefined]);
});

it('names every setting that is wrong or missing, and no value', () => {
  expect(() => read({ LOG_LEVEL: 'loud-secret', KAFKA_PARTITIONS: '0' })).toThrow(
    /KAFKA_BROKERS is missing.*KAFKA_PARTITIONS.*LOG_LEVEL/,
  );
  expect(() => read({ LOG_LEVEL: 'loud-secret' })).not.toThrow(/loud-secret/);
  expect(() => read({ KAFKA_BROKERS: 'kafka' })).toThrow(/host:port/);
  expect(() => read({ KAFKA_BROKERS: 'a:9092', OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' })).toThrow(/OTEL_EXP/);
});

const unwritable = (environment: Record<string, string>) => () =>
  readSettings(serviceSettings({ OWN: z.coerce.number().default(1) }), { KAFKA_BROKERS: 'a:9092', ...environment });

it.each([
  [{ KAFKA_REPLICAS: '2', KAFKA_MIN_IN_SYNC_REPLICAS: '3' }],
  [{ KAFKA_MIN_IN_SYNC_REPLICAS: '2' }],
  [{ NODE_ENV: 'production', KAFKA_REPLICAS: '1' }],
  [{ NODE_ENV: 'production', KAFKA_MIN_IN_SYNC_REPLICAS: '4' }],
  [{ KAFKA_MIN_IN_SYNC_REPLICAS: '2', LOG_LEVEL: 'loud', OWN: 'x' }],
])('refuses %j: such topics would refuse every write', (environment) => {
  expect(unwritable(environment)).toThrow(
    /KAFKA_MIN_IN_SYNC_REPLICAS: must not be more than KAFKA_REPLICAS, or .* every write/,
  );
});

it.each([
  [{}],
  [{ NODE_ENV: 'production' }],
  [{ KAFKA_REPLICAS: '2', KAFKA_MIN_IN_SYNC_REPLICAS: '2' }],
  [{ NODE_ENV: 'production', KAFKA_REPLICAS: '2' }],
])('takes %j', (environment) => {
  expect(unwritable(environment)).not.toThrow();
});

it('does not judge numbers of replicas that are none, beside naming them', () => {
  const read = unwritable({ KAFKA_REPLICAS: 'x', KAFKA_MIN_IN_SYNC_REPLICAS: '2' });
  expect(read).toThrow(/KAFKA_REPLICAS/);
  expect(read).not.toThrow(/every write/);
});

it('takes a database by the names that PostgreSQL has for itself only', () => {
  const read = (DATABASE_URL: string) => readSettings(z.object(databaseSettings), { DATABASE_URL }).DATABASE_URL;
  for (const url of ['mysql://a:secret@db/plans', 'postgresqls://secret@db', 'db:secret/plans', 'secret'])
    expect(() => read(url)).toThrow(/^Settings that are not valid: DATABASE_URL: (?!.*secret).*postgres:\/\//);
  expect(() => read(' ')).toThrow('DATABASE_URL is missing');
});

it('refuses one port for two pages, and takes 0 for any two', () => {
  const ports = (PORT: string, METRICS_PORT: string) =>
    readSettings(serviceSettings({ PORT: z.coerce.number() }), { KAFKA_BROKERS: 'a:9092', PORT, METRICS_PORT });
  expect(() => ports('9464', '9464')).toThrow('METRICS_PORT: must not be PORT');
  expect(ports('9464', '9465')).toMatchObject({ PORT: 9464, METRICS_PORT: 9465 });
  expect(ports('0', '0')).toMatchObject({ PORT: 0 });
});
