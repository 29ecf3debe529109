import { expect, it } from 'vitest';
import { readSettings, ServiceSettings } from './environment.ts';

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
