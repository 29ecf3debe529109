/**
 * Nest on Fastify, cut to what this service needs: own body parser, own problem documents, one exchange a request.
 * Promise: what the client got wrong is answered before a controller runs wherever it can be known by then.
 */
import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule } from '@nestjs/common';
import { limits, PlatformError } from '@waybill/contracts';
import type { Logger, Tracer } from '@waybill/telemetry';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Exchange } from './exchange.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { parseJsonBody } from './json-body.ts';
import { ProblemFilter } from './problem.filter.ts';
import { longParameterOf } from './route-patterns.ts';
import { refuserOfUnreadable } from './unreadable-request.ts';

export interface ServerParts {
  readonly module: DynamicModule;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly metrics: HttpMetrics;
}

const isAbsolute = /^https?:\/\//i;
/** A form carries the file and a little more; a field becomes a part of a record. */
const formLimits = { fileSize: limits.bodyBytes, files: 1, fields: 8, fieldSize: limits.recordBytes, parts: 16 };
/** Of an id or a name in a path, as it is written there. */
const maxParamLength = 2_048;
/** How long a request may take to come: a peer that died in the middle would hold its connection, and up to the largest body, until the stop. */
const requestMs = 300_000;

export async function createServer({ module, logger, tracer, metrics }: ServerParts): Promise<NestFastifyApplication> {
  const begin = (request: FastifyRequest): Exchange => (request.exchange = new Exchange(request, tracer, metrics));
  const server = fastify({
    logger: false,
    bodyLimit: limits.bodyBytes,
    return503OnClosing: false,
    requestTimeout: requestMs,
    clientErrorHandler: refuserOfUnreadable(),
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const name = longParameterOf(request.url, maxParamLength);
      const problem =
        name === undefined
          ? new PlatformError('invalid_request', { detail: `${error.message}.` })
          : new PlatformError('invalid_request', { detail: `${name} is too long.`, pointer: name });
      answerPlainly(reply.raw, begin(request).span.traceparent, problem);
    },
  });
  server.decorateRequest('exchange');
  server.addHook('onRequest', (request, _reply, done) => {
    begin(request);
    done(refusalOf(request));
  });
  refuseHooks(server);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  await server.register(multipart, { limits: formLimits });
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(server), {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  return app;
}

/**
 * A hook runs for every request. Those of Nest's adapter (CORS, versions, middleware) and of the multipart plugin (files on disk) serve what
 * is not used here, and are almost half of what a request costs between Node's parser and a controller.
 */
function refuseHooks(server: FastifyInstance): void {
  server.addHook = () => server;
}

/** What no controller needs to see. */
function refusalOf({ url, headers }: FastifyRequest): PlatformError | undefined {
  // The router would overlook the first character of any other target.
  if (!url.startsWith('/') && !isAbsolute.test(url)) return new PlatformError('not_found');
  if (url.includes('%00'))
    return new PlatformError('invalid_text', { detail: 'The address contains the NUL character.' });
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return new PlatformError('unsupported_media_type', {
      detail: 'Send the body as it is, without a content-encoding.',
    });
  const isForm = headers['content-type']?.startsWith('multipart/') ?? false;
  if (!isForm || url.split('?', 1)[0] === '/v1/documents') return undefined;
  return new PlatformError('unsupported_media_type', { detail: 'Send application/json here.' });
}

/** For what fails before there is a route. */
function answerPlainly(raw: ServerResponse, traceparent: string, error: PlatformError): void {
  const body = JSON.stringify({
    type: `urn:waybill:problem:${error.code}`,
    title: 'The request does not have the expected shape',
    status: 400,
    detail: error.detail,
    code: error.code,
    class: error.errorClass,
    pointer: error.pointer,
    trace_id: traceparent.slice(3, 35),
  });
  raw.writeHead(400, {
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  });
  raw.end(body);
}
