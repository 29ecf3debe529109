/** Spans of requests, as OpenTelemetry's conventions for HTTP servers want them. */
import { PlatformError } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { createSpanRecorder, openTelemetry } from '@waybill/telemetry';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const recorder = createSpanRecorder();
let isLogAway = false;
let gateway: GatewayFixture;

beforeAll(async () => {
  const log = new InMemoryMessageLog({ clock: systemClock });
  const append = log.append.bind(log);
  log.append = (messages) => (isLogAway ? Promise.reject(new PlatformError('log_unavailable')) : append(messages));
  const telemetry = await openTelemetry({ services: ['gateway'], exporter: recorder.exporter });
  gateway = await GatewayFixture.start(log, { tracer: telemetry.tracer('gateway') });
});
afterAll(() => gateway.close());
beforeEach(() => {
  isLogAway = false;
  recorder.clear();
});

const only = () => {
  const spans = recorder.spans().filter(({ kind }) => kind === 'server');
  expect(spans).toHaveLength(1);
  return spans[0]!;
};

it('names method, path template and status; what the client got wrong is no error of the server', async () => {
  await gateway.call('GET', '/v1/tasks/none');
  const { attributes, error } = only();
  expect(attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/v1/tasks/{task_id}',
    'http.response.status_code': 404,
  });
  expect(error).toBeUndefined();
});

it('marks what the server could not do', async () => {
  isLogAway = true;
  const { status } = await gateway.call('PUT', '/v1/workflows/w', {
    name: 'w',
    version: 1,
    steps: { a: { agent: 'echo' } },
  });
  const { attributes, error } = only();
  expect(status).toBe(503);
  expect(attributes).toMatchObject({
    'http.request.method': 'PUT',
    'http.route': '/v1/workflows/{name}',
    'http.response.status_code': 503,
    'error.type': 'log_unavailable',
  });
  expect(error).toBeDefined();
});

it('names no route where there is none, and no method that nobody knows', async () => {
  await gateway.call('GET', '/nowhere');
  expect(only().attributes).toEqual({ 'http.request.method': 'GET', 'http.response.status_code': 404 });
  recorder.clear();
  await gateway.call('PROPFIND', '/healthz');
  expect(only().attributes).toMatchObject({
    'http.request.method': '_OTHER',
    'http.request.method_original': 'PROPFIND',
  });
});
