/** Keeps ended spans in memory in plain words, so that tests elsewhere need not know OpenTelemetry. */
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { AttributeValue, SpanKind } from './tracer.ts';

export type RecordedSpan = {
  readonly name: string;
  /** The `service.name` it came from. */
  readonly service: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first span of a trace. */
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** The message of the recorded error. */
  readonly error: string | undefined;
  /** Span ids of the links. */
  readonly links: readonly string[];
  readonly startedAtMs: number;
  readonly endedAtMs: number;
};

export interface SpanRecorder {
  /** Give this to `openTelemetry({ exporter })`. */
  readonly exporter: SpanExporter;
  /** Ended spans, in the order they ended. */
  spans(): readonly RecordedSpan[];
  clear(): void;
}

export function createSpanRecorder(): SpanRecorder {
  const recorded: RecordedSpan[] = [];
  const exporter: SpanExporter = {
    export(spans, done) {
      recorded.push(...spans.map(toRecord));
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  return { exporter, spans: () => [...recorded], clear: () => void recorded.splice(0) };
}

const kinds: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer']; // OpenTelemetry's numbers
const failed = 2;

function toRecord(span: ReadableSpan): RecordedSpan {
  const { traceId, spanId } = span.spanContext();
  return {
    name: span.name,
    service: String(span.resource.attributes['service.name']),
    kind: kinds[span.kind] ?? 'internal',
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    attributes: { ...span.attributes } as RecordedSpan['attributes'],
    error: span.status.code === failed ? span.status.message : undefined,
    links: span.links.map(({ context }) => context.spanId),
    startedAtMs: toMs(span.startTime),
    endedAtMs: toMs(span.endTime),
  };
}

function toMs([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1_000 + nanos / 1e6;
}
