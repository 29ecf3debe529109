/**
 * A provider's errors to the platform's: what the orchestrator must do about them, and not a word of prompt or key.
 */
import { PlatformError } from '@waybill/contracts';

interface ProviderError {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly error?: { readonly code?: unknown; readonly type?: unknown } | undefined;
  readonly headers?: { get?: (name: string) => string | null } | undefined;
}

const maxDetail = 300;
/** A provider that asks for more is asked again sooner; the orchestrator backs off by itself. */
const maxRetryAfterMs = 3_600_000;

/** Nothing of what came back was a piece of an answer. */
export class NoAnswer extends Error {}
/** The answer came to its end and is empty: nobody is helped by it. */
export class NoWord extends Error {}

export function classifyFailure(error: unknown, model: string, now: number): PlatformError {
  if (error instanceof PlatformError) return error;
  const { status, error: body } = (error ?? {}) as ProviderError;
  if (typeof status !== 'number') {
    const detail = body
      ? `Model ${model} failed in its answer: ${messageOf(error)}`
      : `Model ${model}: ${broken(error)}`;
    return new PlatformError(isQuota(error) ? 'model_refused' : 'model_failed', { detail, cause: error });
  }
  const detail = `Model ${model} answered ${status}: ${messageOf(error).replace(`${status} `, '')}`; // the client begins with it
  if (isRefusal(status) || isQuota(error)) return new PlatformError('model_refused', { detail, cause: error });
  if (!isPassing(status)) return new PlatformError('invalid_request', { detail, cause: error });
  const retryAfterMs = retryAfterOf(error, now);
  return new PlatformError('model_failed', {
    detail,
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

const isRefusal = (status: number): boolean => status === 401 || status === 403;
const isPassing = (status: number): boolean => [408, 409, 425, 429].includes(status) || status >= 500;

/** The provider holds its callers off. */
export function isRateLimit(error: unknown): boolean {
  return ((error ?? {}) as ProviderError).status === 429 && !isQuota(error);
}

/** `Retry-After` in seconds or as a date, or OpenAI's `retry-after-ms`. */
function retryAfterOf(error: unknown, now: number): number | undefined {
  const { headers } = (error ?? {}) as ProviderError;
  const header = (name: string): string | undefined => headers?.get?.(name) ?? undefined;
  const ms =
    numberOf(header('retry-after-ms')) ??
    secondsToMs(numberOf(header('retry-after'))) ??
    dateToMs(header('retry-after'), now);
  return ms === undefined ? undefined : Math.min(Math.max(0, Math.round(ms)), maxRetryAfterMs);
}

/** No money left: waiting does not help. */
function isQuota(error: unknown): boolean {
  const { code, error: body } = (error ?? {}) as ProviderError;
  return [code, body?.code, body?.type].includes('insufficient_quota');
}

function broken(error: unknown): string {
  if (error instanceof NoWord) return 'the answer is empty.';
  if (error instanceof NoAnswer || error instanceof SyntaxError)
    return 'what came back is no streamed answer of a chat model. Is OPENAI_BASE_URL right?';
  const text = error instanceof Error ? `${error.name} ${error.message}` : '';
  return /time.?out|timed out/i.test(text) ? 'no answer in time.' : 'the connection failed or broke off.';
}

/** Providers repeat parts of keys in their messages. */
function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replace(/\b(?:sk|key|pk)-[\w*.-]+/gi, '[redacted]').slice(0, maxDetail);
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
const secondsToMs = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : seconds * 1_000;

function dateToMs(text: string | undefined, now: number): number | undefined {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at - now;
}
