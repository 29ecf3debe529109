/** How brokers are talked to, and as whom. */
import { PlatformError } from '@waybill/contracts';

export interface KafkaAccess {
  /** PEM. Without `ca` those that Node trusts; with `cert` and `key` the client proves who it is. Absent: in the clear. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Absent: as nobody. */
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
}

type Words = readonly [of: RegExp, hint: string];

const refusals: readonly Words[] = [
  [/AUTHORIZATION_FAILED/, 'The user may not do that: docs/operations.md says what it has to be allowed.'],
  [/SASL/, 'Look at KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD.'],
  [/ALERT\w*_CERTIFICATE/, 'The broker wants a certificate that it knows: look at KAFKA_SSL_CERT and KAFKA_SSL_KEY.'],
  [/CERT|SELF_SIGNED|UNABLE_TO_/, 'Look at KAFKA_SSL_CA, and whether the certificate has the name in KAFKA_BROKERS.'],
];
const cutOff = /ClosedError|ECONNRESET|EPROTO|ERR_SSL/;

/** A broker that is talked to in the wrong way says little or nothing: the error, with what to look at. */
export function withHint(error: unknown, access: KafkaAccess): unknown {
  if (!(error instanceof PlatformError)) return error;
  const words = wordsOf(error.cause);
  const hint = refusals.find(([of]) => of.test(words))?.[1] ?? (cutOff.test(words) ? cutOffHint(access) : undefined);
  if (hint === undefined) return error;
  return new PlatformError(error.code, { detail: `${error.detail} ${hint}`, cause: error.cause });
}

/** So a broker ends connections that it does not understand, and so do proxies whose broker is away. */
function cutOffHint({ tls, sasl }: KafkaAccess): string | undefined {
  if (tls) return 'If it goes on, the broker may not speak TLS at that port (KAFKA_SSL).';
  if (sasl) return 'If it goes on, the broker may want TLS (KAFKA_SSL).';
  return 'If it goes on, the broker may want TLS (KAFKA_SSL) or a user (KAFKA_SASL_MECHANISM).';
}

/** Names and codes of an error and of what it comes from. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { name, type, code, cause, errors = [] } = error as Error & Partial<Caused>;
  return [name, type, code, wordsOf(cause), ...errors.map(wordsOf)].join(' ');
}

interface Caused {
  readonly type: string;
  readonly code: string | number;
  readonly errors: readonly unknown[];
}
