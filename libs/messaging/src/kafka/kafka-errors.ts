/** What Kafka's client throws, as errors of the platform: class, what was tried, what to look at. */
import { PlatformError } from '@waybill/contracts';
import type { Refusal } from './client/refusals.ts';

/** Why no group takes a member in, however often it asks. */
export function sessionRefused(error: Error): PlatformError | undefined {
  if ((error as Refusal).type !== 'INVALID_SESSION_TIMEOUT') return undefined;
  const detail =
    'KAFKA_SESSION_TIMEOUT_MS is not what the brokers allow: see their group.min.session.timeout.ms and group.max.session.timeout.ms.';
  return new PlatformError('invalid_configuration', { detail, cause: error });
}

/** `doing`: "append to plan.events". */
export function unavailable(doing: string, cause: unknown): PlatformError {
  if (cause instanceof PlatformError) return cause;
  const why = whyOf(cause).trim();
  const detail = `Kafka could not ${doing}: ${why.replace(/\.?$/, '.')} Nothing is lost: what was not acknowledged is sent again.`;
  return new PlatformError('log_unavailable', { detail, cause });
}

/** Of several topics the client says only that there were errors. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { errors = [] } = cause as Partial<SeveralErrors>;
  return errors.length === 0 ? cause.message : errors.map(({ topic, message }) => `${topic}: ${message}`).join('; ');
}

interface SeveralErrors {
  readonly errors: readonly { readonly topic: string; readonly message: string }[];
}
