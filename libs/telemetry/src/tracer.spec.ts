import { expect, it } from 'vitest';
import { newTraceparent, parseTraceparent } from './trace-context.ts';
import { dormantTracer, ratioSampler, runInSpan } from './tracer.ts';
import type { Tracer } from './tracer.ts';

const tracer = dormantTracer();

it('keeps one trace through records without an exporter', () => {
  const first = tracer.startSpan('accept task');
  const second = tracer.startSpan('plan', { parent: first.traceparent });
  const third = tracer.startSpan('draft', { parent: second.traceparent });
  const contexts = [first, second, third].map((span) => parseTraceparent(span.traceparent));
  expect(new Set(contexts.map((context) => context?.traceId)).size).toBe(1);
  expect(new Set(contexts.map((context) => context?.spanId)).size).toBe(3);
});

it('gives one id however often it is read', () => {
  const span = tracer.startSpan('plan');
  expect(span.traceparent).toBe(span.traceparent);
});

it('says as the parent says whether the trace is sampled', () => {
  const unsampled = newTraceparent(false);
  expect(tracer.startSpan('plan', { parent: unsampled }).traceparent.endsWith('-00')).toBe(true);
});

it('hands tracestate on with its parent, and drops it when the parent is malformed', () => {
  expect(tracer.startSpan('plan', { parent: newTraceparent(), tracestate: 'a=1' }).tracestate).toBe('a=1');
  expect(tracer.startSpan('plan', { parent: 'nonsense', tracestate: 'a=1' }).tracestate).toBeUndefined();
  expect(tracer.startSpan('plan').tracestate).toBeUndefined();
});

it('records nothing and takes every call', () => {
  const span = tracer.startSpan('plan');
  span.setAttribute('queue', 'agent.writer');
  span.setAttributes({ turn: 1 });
  span.recordError(new Error('lost'));
  span.end();
  span.end();
  expect(span.recording).toBe(false);
});

it('samples the given share of new traces', () => {
  expect(dormantTracer(ratioSampler(0)).startSpan('plan').traceparent.endsWith('-00')).toBe(true);
  expect(dormantTracer(ratioSampler(1)).startSpan('plan').traceparent.endsWith('-01')).toBe(true);
});

function watchedTracer(): { tracer: Tracer; calls: unknown[] } {
  const calls: unknown[] = [];
  const startSpan: Tracer['startSpan'] = (name, options) => {
    const span = tracer.startSpan(name, options);
    span.recordError = (error) => void calls.push(error);
    span.end = () => void calls.push('end');
    return span;
  };
  return { tracer: { startSpan }, calls };
}

it('ends the span when the work is done and returns its result', async () => {
  const watched = watchedTracer();
  expect(await runInSpan(watched.tracer, 'plan', {}, (span) => span.traceparent.length)).toBe(55);
  expect(watched.calls).toEqual(['end']);
});

it('records what the work throws, ends the span and lets the error pass', async () => {
  const watched = watchedTracer();
  const error = new Error('lost');
  await expect(runInSpan(watched.tracer, 'plan', {}, () => Promise.reject(error))).rejects.toBe(error);
  expect(watched.calls).toEqual([error, 'end']);
});
