/**
 * Tracers over the OpenTelemetry SDK: one provider per service name, all feeding the same processors, nothing registered
 * globally. This file and what it imports (0.16 s, 18 MB) are loaded only when spans go somewhere.
 */
import {
  ROOT_CONTEXT,
  SpanKind as OtelKind,
  SpanStatusCode,
  TraceFlags,
  createTraceState,
  trace,
} from '@opentelemetry/api';
import type {
  Attributes,
  Context,
  Link,
  Span as OtelSpan,
  SpanContext,
  Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import { newSpanId, newTraceId } from './random-ids.ts';
import { SpanQueue } from './span-queue.ts';
import type { SpanQueueOptions } from './span-queue.ts';
import { formatTraceparent, isSampled, newTraceparent, parseTraceparent } from './trace-context.ts';
import type { TraceContext } from './trace-context.ts';
import { dormantSpan, errorAttributes } from './tracer.ts';
import type { AttributeValue, RootSampler, Span, SpanAttributes, SpanOptions, Tracer } from './tracer.ts';

const kinds = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
} as const;
const spanLimits = {
  attributeCountLimit: 64,
  attributeValueLengthLimit: 4_096,
  linkCountLimit: 128,
  eventCountLimit: 16,
};
const idGenerator = { generateTraceId: newTraceId, generateSpanId: newSpanId };

export type OtlpOptions = { readonly url: string; readonly headers: Record<string, string> };

export function otlpQueue(otlp: OtlpOptions, options: SpanQueueOptions): SpanQueue {
  return new SpanQueue(new OTLPTraceExporter({ ...otlp, timeoutMillis: options.exportTimeoutMs }), options);
}

/** Hands over each span as it ends; for tests. */
export function immediateProcessor(exporter: SpanExporter): SpanProcessor {
  return new SimpleSpanProcessor({ exporter });
}

/** `resource` describes the service that the spans come from (`service.name`, ...). */
export function sdkTracer(resource: Attributes, spanProcessors: SpanProcessor[], sampleRoot: RootSampler): Tracer {
  const provider = new TracerProvider({
    resource: resourceFromAttributes(resource),
    sampler: new AlwaysOnSampler(), // decided before the SDK is asked, so that an unsampled span costs as little as without SDK
    idGenerator,
    spanLimits,
    spanProcessors,
  });
  return new SdkTracer(provider.getTracer('waybill'), sampleRoot);
}

class SdkTracer implements Tracer {
  constructor(
    private readonly tracer: OtelTracer,
    private readonly sampleRoot: RootSampler,
  ) {}

  startSpan(name: string, options: SpanOptions = {}): Span {
    const parent = parseTraceparent(options.parent);
    if (parent !== undefined && !isSampled(parent)) return dormantSpan(options, this.sampleRoot);
    if (parent === undefined && !this.sampleRoot())
      return dormantSpan({ parent: newTraceparent(false) }, this.sampleRoot);
    return new RecordingSpan(this.start(name, options, parent), parent, options.tracestate);
  }

  private start(name: string, options: SpanOptions, parent: TraceContext | undefined): OtelSpan {
    const { kind = 'internal', attributes, links, startedAtMs } = options;
    const spanOptions = {
      kind: kinds[kind],
      ...(attributes === undefined ? {} : { attributes: attributes as Attributes }),
      ...(links === undefined ? {} : { links: links.flatMap(toLink) }),
      ...(startedAtMs === undefined ? {} : { startTime: new Date(startedAtMs) }),
    };
    return this.tracer.startSpan(name, spanOptions, contextOf(parent, options.tracestate));
  }
}

class RecordingSpan implements Span {
  readonly traceparent: string;
  readonly tracestate: string | undefined;

  constructor(
    private readonly span: OtelSpan,
    parent: TraceContext | undefined,
    tracestate: string | undefined,
  ) {
    const { traceId, spanId } = span.spanContext();
    this.traceparent = formatTraceparent({ traceId, spanId, flags: parent?.flags ?? TraceFlags.SAMPLED });
    this.tracestate = parent === undefined ? undefined : tracestate;
  }

  get recording(): boolean {
    return this.span.isRecording();
  }

  setAttribute(key: string, value: AttributeValue): void {
    if (value !== undefined && this.recording) this.span.setAttribute(key, value as string);
  }

  setAttributes(attributes: SpanAttributes): void {
    for (const [key, value] of Object.entries(attributes)) this.setAttribute(key, value);
  }

  recordError(error: unknown): void {
    if (!this.recording) return;
    const { fields, attributes } = errorAttributes(error);
    this.setAttributes(attributes);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: fields.message });
    this.span.addEvent('exception', {
      'exception.type': fields.name,
      'exception.message': fields.message,
      ...(fields.stack === undefined ? {} : { 'exception.stacktrace': fields.stack }),
    });
  }

  end(atMs?: number): void {
    if (this.recording) this.span.end(atMs === undefined ? undefined : new Date(atMs));
  }
}

function contextOf(parent: TraceContext | undefined, tracestate: string | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent, tracestate));
}

function toLink(traceparent: string): Link[] {
  const context = parseTraceparent(traceparent);
  return context === undefined ? [] : [{ context: toSpanContext(context, undefined) }];
}

function toSpanContext(context: TraceContext, tracestate: string | undefined): SpanContext {
  const state = tracestate === undefined ? {} : { traceState: createTraceState(tracestate) };
  return { traceId: context.traceId, spanId: context.spanId, traceFlags: context.flags, isRemote: true, ...state };
}
