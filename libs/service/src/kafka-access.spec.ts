import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { KafkaAccessSettings, readSettings } from './environment.ts';
import { kafkaAccessOf } from './kafka-access.ts';

const access = (environment: Record<string, string>) => kafkaAccessOf(readSettings(KafkaAccessSettings, environment));
const user = { KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p-secret' };

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-kafka-access-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'file.pem'), text);
  return join(folder, 'file.pem');
}

it('is in the clear and as nobody unless something else is said', () => {
  expect(access({})).toEqual({});
  expect(access({ KAFKA_SSL: 'false', KAFKA_SSL_CA: ' ' })).toEqual({});
});

it('takes authorities that Node trusts, and a mechanism as Kafka writes it', () => {
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p-secret' };
  expect(access({ KAFKA_SSL: 'true', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', ...user })).toEqual({ tls: {}, sasl });
});

it.each<[Record<string, string>, string]>([
  [{ KAFKA_SSL: 'yes' }, 'KAFKA_SSL: '],
  [{ KAFKA_SASL_MECHANISM: 'gssapi', ...user }, 'KAFKA_SASL_MECHANISM: '],
  [{ KAFKA_SASL_MECHANISM: 'plain' }, 'KAFKA_SASL_USERNAME is missing; KAFKA_SASL_PASSWORD is missing.'],
  [user, 'KAFKA_SASL_USERNAME: needs KAFKA_SASL_MECHANISM; KAFKA_SASL_PASSWORD: needs KAFKA_SASL_MECHANISM.'],
  [
    { KAFKA_SSL_CA: 'x', KAFKA_SSL_KEY: 'y' },
    'KAFKA_SSL_CA: needs KAFKA_SSL=true; KAFKA_SSL_KEY: needs KAFKA_SSL=true; KAFKA_SSL_CERT, KAFKA_SSL_KEY: one needs the other.',
  ],
  [{ KAFKA_SSL: 'true', KAFKA_SSL_CERT: 'x' }, 'KAFKA_SSL_CERT, KAFKA_SSL_KEY: one needs the other.'],
  [{ KAFKA_SSL: 'true', KAFKA_SSL_CA: '/nowhere/ca.pem' }, 'KAFKA_SSL_CA: the file cannot be read (ENOENT).'],
])('refuses %j', (environment, problem) => {
  const asked = (): unknown => access(environment);
  expect(asked).toThrow(
    expect.objectContaining({ code: 'invalid_configuration', detail: expect.stringContaining(problem) }),
  );
  expect(asked).not.toThrow(/p-secret|nowhere/);
});

it('refuses a file that is no certificate', () => {
  const KAFKA_SSL_CERT = fileWith('no certificate');
  expect(() => access({ KAFKA_SSL: 'true', KAFKA_SSL_CERT, KAFKA_SSL_KEY: KAFKA_SSL_CERT })).toThrow(
    /^Settings.*KAFKA_SSL_CERT, KAFKA_SSL_KEY: no certificates or keys/,
  );
  expect(() => access({ KAFKA_SSL: 'true', KAFKA_SSL_CA: KAFKA_SSL_CERT })).toThrow(/KAFKA_SSL_CA: no certificates/);
});
