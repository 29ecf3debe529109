/** One request and its answer: span, time, and how the answer is written. Made for every request, so it does as little as it can. */
import { apiRoutes, PlatformError, limits, defaultOwner } from '@waybill/contracts';
import type { Span, SpanAttributes, Tracer } from '@waybill/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/command-record.ts';
import { discardRest } from './discard-rest.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { Query } from './query.ts';

/** What the conventions ask to be handed on at least; it goes onto every record of a task. */
const tracestateChars = 512;
const visibleAscii = /^[\x21-\x7e]+$/;
const pathOf = new Map(apiRoutes.map(({ id, path }) => [id, path]));
/** Routes without parameters; what operators ask takes any, for their tools add some. */
const plainRoutes = new Set(
  apiRoutes
    .filter(({ tag, parameters }) => tag !== 'service' && !parameters.some((parameter) => parameter.in === 'query'))
    .map(({ id }) => id),
);
/** Those that OpenTelemetry's conventions know. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);
const jsonHeaders = { 'content-type': 'application/json; charset=utf-8' };

export class Exchange {
  readonly span: Span;
  /** The route's id, once a controller has taken the request. */
  operation = 'unmatched';
  private readonly begun = performance.now();
  private readonly method: string;

  constructor(
    request: FastifyRequest,
    tracer: Tracer,
    private readonly metrics: HttpMetrics,
  ) {
    this.method = request.method;
    const { traceparent, tracestate } = request.headers as Record<string, string | undefined>;
    const isShort = tracestate === undefined || tracestate.length <= tracestateChars;
    this.span = tracer.startSpan('HTTP request', {
      parent: traceparent,
      tracestate: isShort ? tracestate : undefined,
      kind: 'server',
    });
  }

  /** Throws `invalid_request` for a key that cannot be one. */
  caller(request: FastifyRequest): Caller {
    const key = request.headers['idempotency-key'];
    if (
      key !== undefined &&
      (Array.isArray(key) || key.length > limits.idempotencyKeyChars || !visibleAscii.test(key))
    ) {
      const detail = `An Idempotency-Key is 1 to ${limits.idempotencyKeyChars} visible ASCII characters.`;
      throw new PlatformError('invalid_request', { detail, pointer: 'Idempotency-Key' });
    }
    const { traceparent, tracestate } = this.span;
    return { owner: defaultOwner, traceparent, tracestate, idempotencyKey: key };
  }

  sendJson(reply: FastifyReply, status: number, text: string, headers?: Readonly<Record<string, string>>): void {
    this.send(reply, status, headers ? { ...jsonHeaders, ...headers } : jsonHeaders, text);
  }

  /** Straight to the socket: serialisers, hooks and header copies of the framework have nothing to add. After a refusal the rest of the body is read first. */
  send(reply: FastifyReply, status: number, headers: Readonly<Record<string, string>>, text: string): void {
    this.done(status);
    void reply.hijack();
    const { raw } = reply;
    if (raw.destroyed) return;
    const length = Buffer.byteLength(text);
    raw.writeHead(status, status === 204 ? headers : { 'content-length': length, ...headers });
    const encoding = encodingOf(text, length);
    if (status < 400 || reply.request.raw.complete) return void raw.end(text, encoding);
    raw.write(text, encoding);
    void discardRest(reply.request.raw).then(() => raw.end());
  }

  /** Counts the request; a stream counts when it was opened. */
  done(status: number): void {
    this.metrics.observe(this.operation, status, performance.now() - this.begun);
    if (this.span.recording) this.span.setAttributes(attributesOf(this.method, this.operation, status));
    this.span.end();
  }
}

/** As OpenTelemetry's conventions for HTTP servers name them. */
const attributesOf = (method: string, operation: string, status: number): SpanAttributes => ({
  'http.request.method': methods.has(method) ? method : '_OTHER',
  'http.request.method_original': methods.has(method) ? undefined : method,
  'http.route': pathOf.get(operation),
  'http.response.status_code': status,
});

/** Text of one byte a character is copied to the socket as it is, which is several times faster. */
export const encodingOf = (text: string, utf8Length: number): 'latin1' | 'utf8' =>
  utf8Length === text.length ? 'latin1' : 'utf8';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
}

/** Takes the request for a route. Throws `invalid_request` for parameters where the route has none, so that nobody gets without what he asked for with. */
export function exchangeOf(request: FastifyRequest, operation: string): Exchange {
  const { exchange } = request;
  exchange.operation = operation;
  if (request.url.includes('?') && plainRoutes.has(operation)) new Query(request, []);
  return exchange;
}
