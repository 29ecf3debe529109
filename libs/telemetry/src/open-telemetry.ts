/**
 * Opens tracing for the services of this process. Without endpoint and exporter no part of the SDK is loaded.
 * Promises: nothing is registered globally, nothing is read from process.env here (the OTLP exporter itself falls back to the standard
 * OTEL_EXPORTER_OTLP_HEADERS and certificate variables), closing takes a bounded time and never rejects.
 */
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from './logger.ts';
import { nullLogger } from './logger.ts';
import type * as Sdk from './sdk-tracer.ts';
import type { SpanCounts, SpanQueue, SpanQueueOptions } from './span-queue.ts';
import { dormantTracer, ratioSampler } from './tracer.ts';
import type { RootSampler, Tracer } from './tracer.ts';

export type OpenTelemetryOptions<S extends string> = {
  /** Names of the services that live in this process; each becomes a `service.name`. */
  readonly services: readonly S[];
  /** Base address of an OTLP/HTTP collector (`http://host:4318`), from OTEL_EXPORTER_OTLP_ENDPOINT; absent or empty: no export. */
  readonly endpoint?: string | undefined;
  /** Sent to the collector, for its authentication. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Receives each span as it ends; for tests (`createSpanRecorder`). */
  readonly exporter?: SpanExporter;
  /** Further resource attributes: `service.instance.id`, `service.version`. */
  readonly resource?: Readonly<Record<string, string>>;
  /** Share of new traces that are recorded, 0 to 1 (default 1); spans with a parent follow it. */
  readonly sampleRatio?: number;
  /** Spans waiting or in flight (4,096); more are dropped and counted. */
  readonly maxQueueSize?: number;
  /** How long spans wait for company (1,000 ms). */
  readonly batchDelayMs?: number;
  /** One export with its retries (5,000 ms). */
  readonly exportTimeoutMs?: number;
  /** Told at most once a minute that spans are lost. */
  readonly logger?: Logger;
};

export interface Telemetry<S extends string = string> {
  /** Throws RangeError for a service that was not named at opening. */
  tracer(service: S): Tracer;
  /** Since opening; all zero without endpoint. */
  spanCounts(): SpanCounts;
  /** Sends what has ended. Resolves after at most `timeoutMs` (2,000), false when that was not enough. */
  flush(timeoutMs?: number): Promise<boolean>;
  /** Flushes and closes within `timeoutMs` (2,000); spans started later carry ids but go nowhere. A second call changes nothing. */
  close(timeoutMs?: number): Promise<boolean>;
}

type Sink = { forceFlush(): Promise<void>; shutdown(): Promise<void> };

const defaultTimeoutMs = 2_000;
const warnEveryMs = 60_000;
const noSpans: SpanCounts = { exported: 0, failed: 0, dropped: 0, pending: 0 };

/** Rejects with TypeError for an endpoint that is no http(s) address or a ratio outside 0 to 1; never because a collector is away. */
export async function openTelemetry<S extends string>(options: OpenTelemetryOptions<S>): Promise<Telemetry<S>> {
  const { services, exporter, resource, sampleRatio = 1 } = options;
  if (!(sampleRatio >= 0 && sampleRatio <= 1)) throw new TypeError('sampleRatio must lie between 0 and 1');
  const url = tracesUrl(options.endpoint);
  const sampleRoot = ratioSampler(sampleRatio);
  if (url === undefined && exporter === undefined)
    return telemetryOf(dormantTracers(services, sampleRoot), [], undefined, sampleRoot);
  const sdk = await import('./sdk-tracer.ts');
  const queue = url === undefined ? undefined : openQueue(sdk, url, options);
  const immediate = exporter === undefined ? [] : [sdk.immediateProcessor(exporter)];
  const sinks = queue === undefined ? immediate : [...immediate, queue];
  const tracers = services.map((service): [S, Tracer] => [
    service,
    sdk.sdkTracer({ ...resource, 'service.name': service }, sinks, sampleRoot),
  ]);
  return telemetryOf(new Map(tracers), sinks, queue, sampleRoot);
}

function telemetryOf<S extends string>(
  tracers: ReadonlyMap<S, Tracer>,
  sinks: readonly Sink[],
  queue: SpanQueue | undefined,
  sampleRoot: RootSampler,
): Telemetry<S> {
  const dormant = dormantTracer(sampleRoot);
  let closing: Promise<boolean> | undefined;
  const facades = new Map<S, Tracer>();
  for (const [service, tracer] of tracers) {
    const startSpan: Tracer['startSpan'] = (name, options) =>
      (closing === undefined ? tracer : dormant).startSpan(name, options);
    facades.set(service, sinks.length === 0 ? tracer : { startSpan });
  }
  return {
    tracer(service) {
      const tracer = facades.get(service);
      if (tracer === undefined) throw new RangeError(`no tracer was opened for the service ${service}`);
      return tracer;
    },
    spanCounts: () => queue?.counts ?? noSpans,
    flush: (timeoutMs = defaultTimeoutMs) =>
      within(
        timeoutMs,
        sinks.map((sink) => sink.forceFlush()),
      ),
    close(timeoutMs = defaultTimeoutMs) {
      closing ??= within(
        timeoutMs,
        sinks.map((sink) => sink.shutdown()),
      );
      return closing;
    },
  };
}

function dormantTracers<S extends string>(services: readonly S[], sampleRoot: RootSampler): Map<S, Tracer> {
  return new Map(services.map((service) => [service, dormantTracer(sampleRoot)]));
}

function openQueue<S extends string>(sdk: typeof Sdk, url: string, options: OpenTelemetryOptions<S>): SpanQueue {
  const {
    headers = {},
    maxQueueSize = 4_096,
    batchDelayMs = 1_000,
    exportTimeoutMs = 5_000,
    logger = nullLogger,
  } = options;
  const onFailure = warnRarely(logger);
  const queue: SpanQueueOptions = { maxQueueSize, batchSize: 512, batchDelayMs, exportTimeoutMs, onFailure };
  return sdk.otlpQueue({ url, headers: { ...headers } }, queue);
}

function warnRarely(logger: Logger): SpanQueueOptions['onFailure'] {
  let lost = 0;
  let silentUntilMs = 0;
  return (error, spans) => {
    lost += spans;
    if (performance.now() < silentUntilMs) return;
    silentUntilMs = performance.now() + warnEveryMs;
    logger.warn('spans could not be exported', { lost, error });
    lost = 0;
  };
}

function tracesUrl(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || endpoint === '') return undefined;
  if (!URL.canParse(endpoint) || !/^https?:\/\//i.test(endpoint))
    throw new TypeError('the OTLP endpoint is no http(s) address');
  const base = endpoint.replace(/\/+$/, '');
  return base.endsWith('/v1/traces') ? base : `${base}/v1/traces`;
}

async function within(timeoutMs: number, work: readonly Promise<void>[]): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  const done = Promise.allSettled(work).then((results) => results.every(({ status }) => status === 'fulfilled'));
  const intime = await Promise.race([done, late]);
  clearTimeout(timer);
  return intime;
}
