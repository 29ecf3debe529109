import { InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { expect, it } from 'vitest';
import { openTelemetry } from './open-telemetry.ts';
import { createSpanRecorder } from './span-recorder.ts';
import { newTraceparent, parseTraceparent } from './trace-context.ts';

const services = ['gateway', 'orchestrator', 'agent-node'] as const;

async function recorded() {
  const recorder = createSpanRecorder();
  const telemetry = await openTelemetry({ services, exporter: recorder.exporter });
  return { recorder, telemetry };
}

it('shows one task as one trace across three services that share a process', async () => {
  const { recorder, telemetry } = await recorded();
  const accept = telemetry.tracer('gateway').startSpan('POST /v1/tasks', { kind: 'server' });
  const plan = telemetry
    .tracer('orchestrator')
    .startSpan('task.requests', { parent: accept.traceparent, kind: 'consumer' });
  const work = telemetry.tracer('agent-node').startSpan('activate', { parent: plan.traceparent, kind: 'consumer' });
  for (const span of [work, plan, accept]) span.end();

  const parents = recorder.spans().map(({ service, spanId, parentSpanId }) => ({ service, spanId, parentSpanId }));
  const [first, second, third] = [accept, plan, work].map(({ traceparent }) => traceparent.slice(36, 52));
  expect(parents).toEqual([
    { service: 'agent-node', spanId: third, parentSpanId: second },
    { service: 'orchestrator', spanId: second, parentSpanId: first },
    { service: 'gateway', spanId: first, parentSpanId: undefined },
  ]);
  const traceId = accept.traceparent.slice(3, 35);
  expect(recorder.spans().map((span) => span.traceId)).toEqual([traceId, traceId, traceId]);
  expect(parseTraceparent(work.traceparent)).toEqual({ traceId, spanId: third, flags: 1 });
});

it('records kind, attributes, links and given times', async () => {
  const { recorder, telemetry } = await recorded();
  const linked = newTraceparent();
  const span = telemetry.tracer('gateway').startSpan('commit batch', {
    kind: 'producer',
    attributes: { records: 2, skipped: undefined },
    links: [linked, 'nonsense'],
    startedAtMs: 1_700_000_000_000,
  });
  span.setAttributes({ queue: 'agent.writer', nothing: undefined });
  span.end(1_700_000_000_250);
  expect(recorder.spans()).toMatchObject([
    {
      kind: 'producer',
      attributes: { records: 2, queue: 'agent.writer' },
      links: [parseTraceparent(linked)?.spanId],
      startedAtMs: 1_700_000_000_000,
      endedAtMs: 1_700_000_000_250,
    },
  ]);
  recorder.clear();
  expect(recorder.spans()).toEqual([]);
});

it('records an error with code and class and without its secrets', async () => {
  const { recorder, telemetry } = await recorded();
  const span = telemetry.tracer('gateway').startSpan('connect');
  span.recordError(
    Object.assign(new Error('postgres://waybill:hunter2@db refused'), {
      code: 'ECONNREFUSED',
      errorClass: 'transient',
    }),
  );
  span.end();
  const [connect] = recorder.spans();
  expect(connect?.error).toBe('postgres://waybill:[redacted]@db refused');
  expect(connect?.attributes).toMatchObject({ 'error.type': 'ECONNREFUSED', 'waybill.error_class': 'transient' });
});

it('ignores what happens to a span after its end', async () => {
  const { recorder, telemetry } = await recorded();
  const span = telemetry.tracer('gateway').startSpan('plan');
  span.end();
  span.end();
  span.setAttribute('late', true);
  span.recordError(new Error('late'));
  expect(span.recording).toBe(false);
  expect(recorder.spans()).toHaveLength(1);
  expect(recorder.spans()[0]?.attributes).toEqual({});
});

it('does not record a span whose parent is not sampled, but carries the trace on', async () => {
  const { recorder, telemetry } = await recorded();
  const parent = newTraceparent(false);
  const span = telemetry.tracer('gateway').startSpan('plan', { parent, tracestate: 'a=1' });
  span.end();
  expect(span.recording).toBe(false);
  expect(span.tracestate).toBe('a=1');
  expect(span.traceparent.slice(0, 35)).toBe(parent.slice(0, 35));
  expect(recorder.spans()).toEqual([]);
});

it('does not record new traces at a ratio of zero', async () => {
  const recorder = createSpanRecorder();
  const telemetry = await openTelemetry({ services, exporter: recorder.exporter, sampleRatio: 0 });
  const span = telemetry.tracer('gateway').startSpan('plan');
  span.end();
  expect(span.traceparent.endsWith('-00')).toBe(true);
  expect(recorder.spans()).toEqual([]);
});

it('feeds any OpenTelemetry exporter, with tracestate, random flag and resource', async () => {
  const exporter = new InMemorySpanExporter();
  const telemetry = await openTelemetry({ services: ['gateway'], exporter, resource: { 'service.version': '0.1.0' } });
  const parent = newTraceparent().replace(/01$/, '03');
  const span = telemetry.tracer('gateway').startSpan('plan', { parent, tracestate: 'a=1' });
  expect(span.traceparent.endsWith('-03')).toBe(true);
  expect(span.tracestate).toBe('a=1');
  span.end();
  await telemetry.flush();
  const [read] = exporter.getFinishedSpans();
  expect(read?.spanContext().traceState?.serialize()).toBe('a=1');
  expect(read?.resource.attributes).toMatchObject({ 'service.name': 'gateway', 'service.version': '0.1.0' });
});

it('carries ids after closing and records no more', async () => {
  const { recorder, telemetry } = await recorded();
  expect(await telemetry.close()).toBe(true);
  expect(await telemetry.close()).toBe(true);
  const span = telemetry.tracer('gateway').startSpan('plan');
  span.end();
  expect(span.recording).toBe(false);
  expect(recorder.spans()).toEqual([]);
});

it('stays dormant without endpoint and exporter', async () => {
  const telemetry = await openTelemetry({ services, endpoint: '' });
  expect(telemetry.tracer('gateway').startSpan('plan').recording).toBe(false);
  expect(telemetry.spanCounts()).toEqual({ exported: 0, failed: 0, dropped: 0, pending: 0 });
  expect(await telemetry.flush()).toBe(true);
  expect(await telemetry.close()).toBe(true);
});

it('refuses a service that was not named', async () => {
  const telemetry = await openTelemetry({ services: services as readonly string[] });
  expect(() => telemetry.tracer('dashboard')).toThrow(RangeError);
});

it.each(['localhost:4318', 'ftp://collector', 'http://'])(
  'refuses %s as an endpoint without printing it',
  async (endpoint) => {
    await expect(openTelemetry({ services, endpoint })).rejects.toThrow('the OTLP endpoint is no http(s) address');
  },
);

it('refuses a sample ratio outside 0 to 1', async () => {
  await expect(openTelemetry({ services, sampleRatio: 2 })).rejects.toThrow(TypeError);
});
