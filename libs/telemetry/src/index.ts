/** Traces, metrics, logs: the only lib that knows OpenTelemetry and prom-client. */
export { createLogger, logLevels, nullLogger } from './logger.ts';
export type { LogFields, Logger, LoggerOptions, LogLevel } from './logger.ts';
export type { CounterCell, GaugeCell, HistogramCell } from './metric-cells.ts';
export type {
  Counter,
  Gauge,
  Histogram,
  HistogramOptions,
  LabelledMetric,
  LabelsOf,
  MetricOptions,
  Metrics,
} from './metric-types.ts';
export { createMetrics, mergeMetrics } from './metrics.ts';
export type { MetricsText } from './metrics-text.ts';
export { openTelemetry } from './open-telemetry.ts';
export type { OpenTelemetryOptions, Telemetry } from './open-telemetry.ts';
export { Seldom } from './seldom.ts';
export type { SpanCounts } from './span-queue.ts';
export { createSpanRecorder } from './span-recorder.ts';
export type { RecordedSpan, SpanRecorder } from './span-recorder.ts';
export { stderrDestination } from './stderr-destination.ts';
export type { LogDestination } from './stderr-destination.ts';
export { childOf, formatTraceparent, isSampled, newTraceparent, parseTraceparent } from './trace-context.ts';
export type { TraceContext } from './trace-context.ts';
export { dormantTracer, runInSpan } from './tracer.ts';
export type { AttributeValue, RootSampler, Span, SpanAttributes, SpanKind, SpanOptions, Tracer } from './tracer.ts';
