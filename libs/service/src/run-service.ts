/**
 * A service as a process: settings, log, telemetry, status page, and a polite end.
 * Promises: what cannot be started says so in one line and exits with 1, leaving nothing open; SIGTERM and SIGINT finish what runs and exit with 0,
 * a second one, or one before it has started, ends at once. With `--check-settings` it only says whether the settings are valid, and which ones there are.
 */
import { randomUUID } from 'node:crypto';
import { PlatformError } from '@waybill/contracts';
import { systemClock, type Clock, type MessageLog } from '@waybill/messaging';
import { createLogger, createMetrics, openTelemetry, type Logger, type Metrics, type Tracer } from '@waybill/telemetry';
import type { z } from 'zod';
import { Closing } from './closing.ts';
import { readSettings, serviceSettings, type Environment, type ServiceSettings } from './environment.ts';
import { kafkaAccessOf } from './kafka-access.ts';
import { openKafkaLog } from './kafka-log.ts';
import { openStatusPage, type ServiceStatus } from './status-page.ts';
import { closeInTime, stopOnSignals } from './stop-on-signals.ts';

export interface ServiceContext<Settings> {
  readonly settings: Settings & ServiceSettings;
  /** What every service is started with. */
  readonly common: {
    readonly log: MessageLog;
    readonly clock: Clock;
    readonly random: () => number;
    readonly tracer: Tracer;
    readonly metrics: Metrics;
    readonly logger: Logger;
    readonly instanceId: string;
  };
  /** What is opened last is closed first. */
  readonly closing: Closing;
}

export interface ServiceDefinition<Shape extends z.ZodRawShape> {
  readonly name: 'gateway' | 'orchestrator' | 'agent-node' | 'rag-indexer';
  /** Its own, besides those of every service. */
  readonly settings: Shape;
  readonly environment: Environment;
  /** Resolves when the service does its work. */
  readonly start: (context: ServiceContext<z.infer<z.ZodObject<Shape>>>) => Promise<void>;
}

export async function runService<Shape extends z.ZodRawShape>(definition: ServiceDefinition<Shape>): Promise<void> {
  const closing = new Closing();
  const explain = (error: unknown): string => `waybill ${definition.name}: ${lineOf(error)}`;
  let isStarted = false;
  // A start that is interrupted holds nothing that a polite end would save.
  const isStopping = stopOnSignals({
    running: () => (isStarted ? closing : undefined),
    exitCode: () => 0,
    explain,
  });
  try {
    await start(definition, closing);
    isStarted = true;
  } catch (error) {
    if (isStopping()) return;
    process.stderr.write(`${explain(error)}\n`);
    await closeInTime(closing).catch(() => undefined);
    process.exit(1);
  }
}

async function start<Shape extends z.ZodRawShape>(
  { name, settings: own, environment, start: startService }: ServiceDefinition<Shape>,
  closing: Closing,
): Promise<void> {
  const shape = serviceSettings(own);
  const settings = readSettings(shape, environment) as ServiceContext<z.infer<z.ZodObject<Shape>>>['settings'];
  const access = kafkaAccessOf(settings);
  if (process.argv.includes('--check-settings')) {
    process.stdout.write(`${JSON.stringify({ service: name, settings: Object.keys(shape.shape) })}\n`);
    process.exit(0);
  }
  const logger = createLogger(name, { level: settings.LOG_LEVEL });
  const metrics = createMetrics(name);
  const state: { status: ServiceStatus } = { status: 'starting' };
  if (settings.METRICS_PORT !== undefined) {
    const { METRICS_PORT: port, METRICS_HOST: host } = settings;
    const page = await openStatusPage({ port, host, metrics, status: () => state.status });
    closing.add('status page', page);
  }
  const telemetry = await openTelemetry({ services: [name], endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT, logger });
  closing.add('telemetry', telemetry);
  const log = await openKafkaLog(name, { settings, access, logger });
  closing.add('log', log);
  const instanceId = randomUUID();
  const common = {
    log,
    clock: systemClock,
    random: Math.random,
    tracer: telemetry.tracer(name),
    metrics,
    logger,
    instanceId,
  };
  await startService({ settings, common, closing });
  state.status = 'ready';
  closing.add('readiness', { close: () => void (state.status = 'stopping') });
  logger.info('Ready', { instance: instanceId });
}

function lineOf(error: unknown): string {
  const text = error instanceof PlatformError ? error.detail : error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
