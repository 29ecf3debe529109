/** How a process reaches Kafka, from its settings: over TLS or in the clear, and as whom. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { PlatformError } from '@waybill/contracts';
import type { KafkaAccess } from '@waybill/messaging/kafka';
import type { KafkaAccessSettings } from './environment.ts';

const withTls = ['KAFKA_SSL_CA', 'KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'] as const;
const withUser = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;

/** Throws `invalid_configuration`: what is only half given, or files that cannot be read. Names settings, never values. */
export function kafkaAccessOf(settings: KafkaAccessSettings): KafkaAccess {
  const problems = contradictions(settings);
  if (problems.length > 0) throw invalid(problems.join('; '));
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  return {
    ...(settings.KAFKA_SSL === 'true' && { tls: tlsOf(settings) }),
    ...(mechanism && { sasl: { mechanism, username: username!, password: password! } }),
  };
}

function contradictions(settings: KafkaAccessSettings): string[] {
  const problems: string[] = [];
  const isMissing = (name: keyof KafkaAccessSettings): boolean => settings[name] === undefined;
  if (settings.KAFKA_SSL === 'false')
    for (const name of withTls) if (!isMissing(name)) problems.push(`${name}: needs KAFKA_SSL=true`);
  if (isMissing('KAFKA_SSL_CERT') !== isMissing('KAFKA_SSL_KEY'))
    problems.push('KAFKA_SSL_CERT, KAFKA_SSL_KEY: one needs the other');
  for (const name of withUser)
    if (isMissing(name) !== isMissing('KAFKA_SASL_MECHANISM'))
      problems.push(isMissing(name) ? `${name} is missing` : `${name}: needs KAFKA_SASL_MECHANISM`);
  return problems;
}

function tlsOf(settings: KafkaAccessSettings): NonNullable<KafkaAccess['tls']> {
  const { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: cert, KAFKA_SSL_KEY: key } = settings;
  const tls = {
    ...(ca !== undefined && { ca: contentOf('KAFKA_SSL_CA', ca) }),
    ...(cert !== undefined && { cert: contentOf('KAFKA_SSL_CERT', cert) }),
    ...(key !== undefined && { key: contentOf('KAFKA_SSL_KEY', key) }),
  };
  try {
    if (tls.ca !== undefined) new X509Certificate(tls.ca); // what is no certificate would be passed over
    createSecureContext(tls);
    return tls;
  } catch (error) {
    const names = withTls.filter((name) => settings[name] !== undefined).join(', ');
    throw invalid(`${names}: no certificates or keys in PEM that fit together (${(error as Error).message})`);
  }
}

function contentOf(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`${name}: the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no code'})`);
  }
}

const invalid = (problems: string): PlatformError =>
  new PlatformError('invalid_configuration', { detail: `Settings that are not valid: ${problems}.` });
