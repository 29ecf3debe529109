/** Against a collector on loopback, or none. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createLogger } from './logger.ts';
import { openTelemetry } from './open-telemetry.ts';

type Received = { path: string | undefined; headers: IncomingHttpHeaders; body: { resourceSpans: ResourceSpans[] } };
type ResourceSpans = {
  resource: { attributes: { key: string; value: { stringValue: string } }[] };
  scopeSpans: { spans: OtlpSpan[] }[];
};
type OtlpSpan = { name: string; traceId: string; spanId: string; parentSpanId?: string; kind: number };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function collector(status = 200): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url,
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Received['body'],
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return { endpoint: await listen(server), received };
}

async function closedPort(): Promise<string> {
  const server = createServer();
  const endpoint = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return endpoint;
}

const spansOf = (received: Received[], service: string): OtlpSpan[] =>
  received
    .flatMap(({ body }) => body.resourceSpans)
    .filter(({ resource }) =>
      resource.attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === service),
    )
    .flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

it('sends the spans of two services to the collector, each under its own name', async () => {
  const { endpoint, received } = await collector();
  const telemetry = await openTelemetry({
    services: ['gateway', 'orchestrator'],
    endpoint: `${endpoint}/`,
    headers: { 'x-tenant': 'acme' },
  });
  const accept = telemetry.tracer('gateway').startSpan('accept', { kind: 'server' });
  const plan = telemetry.tracer('orchestrator').startSpan('plan', { parent: accept.traceparent });
  plan.end();
  accept.end();
  expect(await telemetry.flush()).toBe(true);

  expect(received[0]?.path).toBe('/v1/traces');
  expect(received[0]?.headers['x-tenant']).toBe('acme');
  const [parent] = spansOf(received, 'gateway');
  const [child] = spansOf(received, 'orchestrator');
  expect(child).toMatchObject({ name: 'plan', traceId: parent?.traceId, parentSpanId: parent?.spanId });
  expect(telemetry.spanCounts()).toEqual({ exported: 2, failed: 0, dropped: 0, pending: 0 });
  await telemetry.close();
});

it('flushes what has ended when it closes', async () => {
  const { endpoint, received } = await collector();
  const telemetry = await openTelemetry({
    services: ['gateway'],
    endpoint: `${endpoint}/v1/traces`,
    batchDelayMs: 60_000,
  });
  for (let i = 0; i < 1_300; i += 1) telemetry.tracer('gateway').startSpan(`span ${i}`).end();
  expect(await telemetry.close()).toBe(true);
  expect(spansOf(received, 'gateway')).toHaveLength(1_300);
});

it('closes in time and throws nothing when no collector listens', async () => {
  const lines: string[] = [];
  const logger = createLogger('gateway', { destination: { write: (line) => lines.push(line) } });
  const endpoint = await closedPort();
  const telemetry = await openTelemetry({
    services: ['gateway'],
    endpoint,
    exportTimeoutMs: 300,
    maxQueueSize: 100,
    logger,
  });
  for (let i = 0; i < 500; i += 1) telemetry.tracer('gateway').startSpan('plan').end();
  expect(telemetry.spanCounts()).toMatchObject({ dropped: 400, pending: 100 });
  const start = performance.now();
  await telemetry.close(1_000);
  expect(performance.now() - start).toBeLessThan(1_500);
  expect(telemetry.spanCounts()).toEqual({ exported: 0, failed: 100, dropped: 400, pending: 0 });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'warn', lost: 100, error: { code: 'ECONNREFUSED' } });
});

it('closes in time when the collector never answers', async () => {
  const endpoint = await listen(createServer(() => {}));
  const telemetry = await openTelemetry({ services: ['gateway'], endpoint, exportTimeoutMs: 400 });
  telemetry.tracer('gateway').startSpan('plan').end();
  const start = performance.now();
  expect(await telemetry.close(100)).toBe(false);
  expect(performance.now() - start).toBeLessThan(350);
});

it('counts the spans that a collector refuses and goes on', async () => {
  const { endpoint, received } = await collector(400);
  const telemetry = await openTelemetry({ services: ['gateway'], endpoint });
  telemetry.tracer('gateway').startSpan('first').end();
  await telemetry.flush();
  telemetry.tracer('gateway').startSpan('second').end();
  await telemetry.flush();
  expect(received).toHaveLength(2);
  expect(telemetry.spanCounts()).toMatchObject({ exported: 0, failed: 2, pending: 0 });
  await telemetry.close();
});
