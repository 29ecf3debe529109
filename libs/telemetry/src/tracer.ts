/**
 * Tracer: the only face of tracing that the platform sees. Parents are `traceparent` strings handed on explicitly, so
 * nothing pays for AsyncLocalStorage. Without an exporter spans are dormant: they record nothing, and make their id only
 * when somebody reads it, but one task still stays one trace through all records.
 */
import { describeError } from './error-fields.ts';
import type { ErrorFields } from './error-fields.ts';
import { childOrRoot, parseTraceparent } from './trace-context.ts';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';
export type AttributeValue = string | number | boolean | readonly string[] | undefined;
export type SpanAttributes = Readonly<Record<string, AttributeValue>>;

export type SpanOptions = {
  /** `traceparent` of the parent; absent or malformed starts a new trace. */
  readonly parent?: string | undefined;
  /** The `tracestate` that came with the parent; handed on as it is. */
  readonly tracestate?: string | undefined;
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** `traceparent`s of related spans (the records of a batch); malformed ones are skipped. */
  readonly links?: readonly string[];
  /** Epoch milliseconds; now when absent. */
  readonly startedAtMs?: number;
};

export interface Span {
  /** Put this in the headers of whatever the span sends. */
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  /** False: attributes go nowhere, so do not compute them. */
  readonly recording: boolean;
  setAttribute(key: string, value: AttributeValue): void;
  setAttributes(attributes: SpanAttributes): void;
  /** Marks the span as failed with the error's code, class, message and stack, secrets scrubbed. Takes anything thrown. */
  recordError(error: unknown): void;
  /** Epoch milliseconds; now when absent. A second call does nothing. */
  end(atMs?: number): void;
}

export interface Tracer {
  /** Never throws; the caller ends the span. */
  startSpan(name: string, options?: SpanOptions): Span;
}

/** Decides for a new trace whether it is recorded. Spans with a parent follow the parent. */
export type RootSampler = () => boolean;

/** Runs `work` in a span that records what it throws, ends in every case, and lets the error pass. */
export async function runInSpan<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T> | T,
): Promise<T> {
  const span = tracer.startSpan(name, options);
  try {
    return await work(span);
  } catch (error) {
    span.recordError(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Spans that carry ids and record nothing. */
export function dormantTracer(sampleRoot: RootSampler = () => true): Tracer {
  return { startSpan: (_name, options) => new DormantSpan(options?.parent, options?.tracestate, sampleRoot) };
}

export function dormantSpan(options: SpanOptions, sampleRoot: RootSampler): Span {
  return new DormantSpan(options.parent, options.tracestate, sampleRoot);
}

/** `sampleRatio` of new traces, 0 to 1. */
export function ratioSampler(sampleRatio: number): RootSampler {
  if (sampleRatio >= 1) return () => true;
  return () => Math.random() < sampleRatio;
}

/** What a span says about an error, in OpenTelemetry's attribute names. */
export function errorAttributes(error: unknown): { fields: ErrorFields; attributes: SpanAttributes } {
  const fields = describeError(error);
  const type = fields.code ?? fields.name;
  return { fields, attributes: { 'error.type': String(type), 'waybill.error_class': fields.class } };
}

class DormantSpan implements Span {
  private id: string | undefined = undefined;

  constructor(
    private readonly parent: string | undefined,
    private readonly state: string | undefined,
    private readonly sampleRoot: RootSampler,
  ) {}

  get traceparent(): string {
    this.id ??= childOrRoot(this.parent, this.sampleRoot);
    return this.id;
  }

  get tracestate(): string | undefined {
    return this.state !== undefined && parseTraceparent(this.parent) !== undefined ? this.state : undefined;
  }

  get recording(): boolean {
    return false;
  }

  setAttribute(): void {}
  setAttributes(): void {}
  recordError(): void {}
  end(): void {}
}
