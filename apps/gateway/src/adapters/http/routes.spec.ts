import { Validator, type Schema } from '@cfworker/json-schema';
import { apiRoutes, openApiDocument, type ApiRoute } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { createMetrics, createSpanRecorder, openTelemetry } from '@waybill/telemetry';
import { InMemoryMessageLog } from '@waybill/testing';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
const recorder = createSpanRecorder();
const document = openApiDocument() as {
  components: { schemas: object };
  paths: Record<string, Record<string, { responses: Record<string, object> }>>;
};
let gateway: GatewayFixture;
let taskId: string;
let documentId: string;

beforeAll(async () => {
  const otherMetrics = createMetrics('orchestrator');
  otherMetrics.counter({ name: 'waybill_other_total', help: 'Something else.' }).labels().inc();
  const telemetry = await openTelemetry({ services: ['gateway'], exporter: recorder.exporter });
  gateway = await GatewayFixture.start(log, {
    tracer: telemetry.tracer('gateway'),
    settings: { GATEWAY_SEARCH_MS: '50', GATEWAY_VERDICT_MS: '50' },
    otherMetrics,
  });
  await gateway.announce('echo', 'writer', 'retriever', 'analyzer');
  const steps = { s1: { agent: 'echo' } };
  await gateway.call('PUT', '/v1/workflows/runbook', { name: 'runbook', version: 7, steps });
  taskId = await gateway.submit({ workflow: 'runbook' });
  await gateway.emit(taskId, ...lifeOf(taskId));
  documentId = (await gateway.call('POST', '/v1/documents', { name: 'a', text: 'a' })).json.document_id as string;
});
afterAll(() => gateway.close());

const special: Record<string, string> = {
  deleteDocument: '202',
  search: '503',
  cancelTask: '409',
  isReady: '200',
  submitTask: '202',
  putWorkflow: '201',
};

function call(route: ApiRoute) {
  const values: Record<string, string> = { task_id: taskId, document_id: documentId, step_id: 's1', name: 'runbook' };
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name]!);
  const body = route.request?.content['application/json']?.example;
  return gateway.call(
    route.method.toUpperCase(),
    path,
    body,
    route.id === 'getOpenApi' ? {} : { 'idempotency-key': `key-${route.id}` },
  );
}

describe('every route of the table', () => {
  // Deletes last: others need what they delete.
  it.each(apiRoutes.toSorted((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete')))(
    'answers as it is described: $id',
    async (route) => {
      const answer = await call(route);
      const status = special[route.id] ?? '200';
      expect(String(answer.status)).toBe(
        route.path === '/run-task' ? '202' : route.path === '/v1/documents' && route.method === 'post' ? '202' : status,
      );
      const described = document.paths[route.path]![route.method]!.responses[answer.status] as {
        content?: Record<string, { schema: object }>;
      };
      expect(described).toBeDefined();
      const type = answer.headers['content-type']?.split(';')[0];
      if (described.content) expect(Object.keys(described.content)).toContain(type);
      if (answer.json === undefined) return;
      const schema = { ...described.content![type!]!.schema, components: document.components };
      const result = new Validator(schema as Schema, '2020-12', false).validate(answer.json);
      expect(result.errors).toEqual([]);
    },
  );

  it('leaves no path of the description unserved', async () => {
    for (const route of apiRoutes) expect((await call(route)).json?.code).not.toBe('not_found');
  });

  it('describes only problems that are problems', () => {
    const problems = Object.values(document.paths)
      .flatMap((path) => Object.values(path))
      .flatMap((operation) => Object.entries(operation.responses));
    for (const [status, response] of problems) if (Number(status) >= 400) expect(response).toHaveProperty('content');
  });
});

describe('the service', () => {
  it('shows its metrics and those of its neighbours', async () => {
    const { text, headers } = await gateway.call('GET', '/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toMatch(/waybill_http_requests_total\{.*route="submitTask",status="202"\} \d/);
    expect(text).toMatch(/waybill_http_request_duration_seconds_bucket/);
    expect(text).toMatch(/waybill_gateway_projection_lag_records\S* 0/);
    expect(text).toMatch(
      /waybill_gateway_consumer_lag_records\{.*consumer="gateway.read-model",topic="plan.events"\} 0/,
    );
    expect(text).toMatch(/waybill_gateway_dead_letters_total\S* 0/);
    expect(text).toMatch(/waybill_other_total\{service="orchestrator"\} 1/);
  });

  it('says who it is when it is ready', async () => {
    expect((await gateway.call('GET', '/readyz')).json).toEqual({
      status: 'ready',
      checks: { registry: true, tail: true, projection: true },
      instance: 'gateway-1',
    });
  });

  it('puts each request into a span', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await gateway.call('GET', '/v1/tasks/none', undefined, { traceparent });
    const span = recorder.spans().find((candidate) => candidate.traceId === '0af7651916cd43dd8448eb211c80319c');
    expect(span).toMatchObject({ name: 'HTTP request', kind: 'server', parentSpanId: 'b7ad6b7169203331' });
  });

  it('answers HEAD where it answers GET', async () => {
    const answer = await gateway.send('HEAD', '/healthz', undefined, {});
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '15']);
  });

  it.each([
    ['DELETE', '/v1/tasks', 'POST, GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['HEAD', '/v1/search', 'POST'],
  ])('says what is allowed instead: %s %s', async (method, path, allowed) => {
    const { status, headers } = await gateway.send(method, path, undefined, {});
    expect([status, headers['allow']]).toEqual([405, allowed]);
  });

  it('hears nothing more of a connection that it has refused, however long the client goes on', async () => {
    const { port } = new URL(gateway.gateway.address);
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', note);
    const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    client.resume().on('error', () => undefined);
    client.write('nonsense\r\n\r\n');
    const goingOn = setInterval(() => client.write('more\r\n', () => undefined), 20);
    onTestFinished(() => {
      clearInterval(goingOn);
      process.off('warning', note);
    });
    await new Promise((resolve) => client.once('close', resolve)); // the server ends it after five seconds, read or not
    expect(warnings).toEqual([]);
  }, 8_000);

  it.each([
    ['bytes that are no HTTP', 'nonsense\r\n\r\n', 400, 'invalid_request'],
    ['a path without its slash', 'GET *healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404, 'not_found'],
  ])('answers %s with a problem', async (_what, bytes, status, code) => {
    const { port } = new URL(gateway.gateway.address);
    const text = await new Promise<string>((resolve, reject) => {
      let all = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (piece) => (all += piece.toString()));
      socket.on('end', () => resolve(all));
      socket.on('error', reject);
    });
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} .*"code":"${code}"`, 's'));
  });
});
