/** What Kafka's client throws, as errors of the platform: class, what was tried, what to look at. */
import { PlatformError } from '@waybill/contracts';

/** `doing`: "append to plan.events". */
export function unavailable(doing: string, cause: unknown): PlatformError {
  if (cause instanceof PlatformError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  const detail = `Kafka could not ${doing}: ${why.replace(/\.?$/, '.')} Nothing is lost: what was not acknowledged is sent again.`;
  return new PlatformError('log_unavailable', { detail, cause });
}
