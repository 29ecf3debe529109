import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, it, vi } from 'vitest';
import { SpanQueue } from './span-queue.ts';

const options = { maxQueueSize: 10, batchSize: 5, batchDelayMs: 60_000, exportTimeoutMs: 50 };

function queueTo(exporter: Pick<SpanExporter, 'export'>, exportTimeoutMs = options.exportTimeoutMs) {
  const onFailure = vi.fn<(error: unknown, spans: number) => void>();
  const queue = new SpanQueue(
    { shutdown: () => Promise.resolve(), ...exporter },
    { ...options, exportTimeoutMs, onFailure },
  );
  const tracer = new TracerProvider({ spanProcessors: [queue] }).getTracer('test');
  return { queue, onFailure, end: () => tracer.startSpan('plan').end() };
}

it('survives an exporter that throws', async () => {
  const { queue, onFailure, end } = queueTo({
    export: () => {
      throw new Error('broken');
    },
  });
  end();
  await queue.forceFlush();
  expect(queue.counts).toEqual({ exported: 0, failed: 1, dropped: 0, pending: 0 });
  expect(onFailure).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'broken' }), 1);
});

it('gives up on an exporter that never answers, and counts a late answer no more', async () => {
  vi.useFakeTimers();
  const answers: (() => void)[] = [];
  const { queue, end } = queueTo(
    { export: (_spans: ReadableSpan[], done) => answers.push(() => done({ code: 0 })) },
    2_000,
  );
  end();
  const flushed = queue.forceFlush();
  await vi.advanceTimersByTimeAsync(2_500);
  await flushed;
  answers.forEach((answer) => answer());
  expect(queue.counts).toEqual({ exported: 0, failed: 1, dropped: 0, pending: 0 });
  vi.useRealTimers();
});

it('holds no more spans than allowed, those in flight included', () => {
  const { queue, end } = queueTo({ export: () => {} });
  for (let i = 0; i < 25; i += 1) end();
  expect(queue.counts).toEqual({ exported: 0, failed: 0, dropped: 15, pending: 10 });
});
