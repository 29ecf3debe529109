/**
 * The one place where errors become HTTP: RFC 9457 problem documents.
 * Promises: what is not known to be the client's fault is a 500 without inner details, and is logged; so is why requests are refused for a while; a request that was answered is left alone.
 */
import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  PlatformError,
  problemStatus,
  problemTitle,
  problemType,
  type ErrorCode,
  type Problem,
} from '@waybill/contracts';
import { parseTraceparent, type Logger, type Span } from '@waybill/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RefusalLog } from './refusal-log.ts';
import { methodsOf } from './route-patterns.ts';

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  413: 'too_large',
  415: 'unsupported_media_type',
};

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly refusals: RefusalLog;

  constructor(private readonly logger: Logger) {
    this.refusals = new RefusalLog(logger);
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) {
      if (!(thrown instanceof PlatformError)) this.logger.error('An answered request failed.', { error: thrown });
      return;
    }
    const allowed = thrown instanceof NotFoundException ? methodsOf(request.url) : [];
    const error = allowed.length > 0 ? notAllowed(request.method, allowed) : asPlatformError(thrown);
    const problem = problemOf(error, request);
    if (problem.status >= 500) this.report(thrown, error, request.exchange.span);
    request.exchange.send(reply, problem.status, headersOf(error, problem, allowed), JSON.stringify(problem));
  }

  /** What the client got wrong is no failure of the span. */
  private report(thrown: unknown, error: PlatformError, span: Span): void {
    span.recordError(error);
    if (thrown instanceof PlatformError && thrown.retryable) return this.refusals.add(thrown);
    this.logger.error('A request failed.', { error: thrown, traceparent: span.traceparent });
  }
}

/** The document; `instance` is the path without its query, which may hold anything. */
function problemOf(error: PlatformError, request: FastifyRequest): Problem {
  const { code, errorClass, pointer, retryAfterMs } = error;
  const traceId = parseTraceparent(request.exchange.span.traceparent)?.traceId;
  return {
    type: problemType(code),
    title: problemTitle(code),
    status: problemStatus(code, errorClass),
    detail: errorClass === 'bug' ? 'Something unexpected happened. The trace id finds it in the logs.' : error.detail,
    code,
    class: errorClass,
    ...(pointer === undefined ? {} : { pointer }),
    instance: request.url.split('?', 1)[0]!.slice(0, 2_000),
    ...(traceId === undefined ? {} : { trace_id: traceId }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
  };
}

function asPlatformError(thrown: unknown): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500)
    return new PlatformError('internal', { cause: thrown });
  return new PlatformError(codeOfStatus[status] ?? 'invalid_request', { cause: thrown, ...detailOf(thrown, status) });
}

function detailOf(thrown: unknown, status: number): { detail?: string; pointer?: string } {
  if (status === 404) return { detail: 'Nothing exists at this address; /openapi.json tells what does.' };
  if (status === 413) return { detail: 'The body is larger than 10 MiB.', pointer: '' };
  if (status === 415) return { detail: 'Send application/json (or multipart/form-data where a file is expected).' };
  return status === 400 && thrown instanceof Error ? { detail: `${thrown.message}.` } : {};
}

function headersOf(error: PlatformError, problem: Problem, allowed: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json; charset=utf-8' };
  if (allowed.length > 0) headers['allow'] = allowed.join(', ');
  if (problem.status === 503) headers['retry-after'] = String(Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
  if (problem.status === 413) headers['connection'] = 'close';
  return headers;
}

const notAllowed = (method: string, allowed: readonly string[]): PlatformError =>
  new PlatformError('method_not_allowed', { detail: `${method} is not allowed here; use ${allowed.join(' or ')}.` });
