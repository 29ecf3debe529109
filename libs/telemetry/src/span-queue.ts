/**
 * The way of ended spans to an exporter: batches, one bounded queue that counts what is in flight too, one export deadline.
 * Promise: a collector that is slow, broken or gone costs spans, never memory, exceptions or waiting.
 */
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';

export type SpanQueueOptions = {
  /** Ended spans waiting or in flight; further ones are dropped. */
  readonly maxQueueSize: number;
  readonly batchSize: number;
  readonly batchDelayMs: number;
  readonly exportTimeoutMs: number;
  /** Told of every batch that is lost. */
  readonly onFailure: (error: unknown, spans: number) => void;
};
export type SpanCounts = {
  readonly exported: number;
  readonly failed: number;
  readonly dropped: number;
  readonly pending: number;
};
type Result = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const succeeded = 0;
const failedCode = 1;

export class SpanQueue implements SpanProcessor {
  private readonly batches: BatchSpanProcessor;
  private readonly totals = { exported: 0, failed: 0, dropped: 0, pending: 0 };

  constructor(
    private readonly exporter: SpanExporter,
    private readonly options: SpanQueueOptions,
  ) {
    this.batches = new BatchSpanProcessor({
      exporter: { export: (spans, done) => this.export(spans, done), shutdown: () => exporter.shutdown() },
      maxQueueSize: options.maxQueueSize,
      maxExportBatchSize: Math.min(options.batchSize, options.maxQueueSize),
      scheduledDelayMillis: options.batchDelayMs,
      exportTimeoutMillis: options.exportTimeoutMs * 2, // the deadline below comes first
    });
  }

  get counts(): SpanCounts {
    return { ...this.totals };
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (this.totals.pending >= this.options.maxQueueSize) {
      this.totals.dropped += 1;
      return;
    }
    this.totals.pending += 1;
    this.batches.onEnd(span);
  }

  /** What is queued and what is on its way. */
  async forceFlush(): Promise<void> {
    await Promise.allSettled([this.batches.forceFlush()]);
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.batches.shutdown();
  }

  private export(spans: ReadableSpan[], done: (result: Result) => void): void {
    let settled = false;
    const settle = (result: Result): void => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      this.count(spans.length, result);
      done(result);
    };
    const overdue = (): void => settle({ code: failedCode, error: new Error('the collector did not answer in time') });
    const deadline = setTimeout(overdue, this.options.exportTimeoutMs + 500);
    try {
      this.exporter.export(spans, settle);
    } catch (error) {
      settle({ code: failedCode, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  private count(spans: number, result: Result): void {
    this.totals.pending -= spans;
    if (result.code === succeeded) {
      this.totals.exported += spans;
      return;
    }
    this.totals.failed += spans;
    this.options.onFailure(result.error, spans);
  }
}
