/**
 * Starts the gateway on the ports it is given: HTTP, and a Nest microservice over the log, in one application.
 * Promises: when `startGateway` resolves the address answers (`/healthz` at once, `/readyz` when it has caught up); `close` ends streams and
 * requests first, then what reads the log.
 */
import 'reflect-metadata';
import { maxWorkAgeMs, PlatformError, type Readiness } from '@waybill/contracts';
import { Closing } from '@waybill/service/closing';
import {
  deadLetterCounter,
  LogTransport,
  showConsumerLag,
  type Clock,
  type ConsumerHooks,
  type DeadLetterCounter,
  type MessageLog,
} from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import type { Logger, Metrics, MetricsText, Tracer } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { HttpMetrics } from './adapters/http/http-metrics.ts';
import { Listeners } from './adapters/http/listeners.ts';
import { createServer } from './adapters/http/server.ts';
import type { Alarms } from './adapters/messages/alarms.ts';
import { CatchUp } from './adapters/messages/catch-up.ts';
import { lagOf } from './adapters/messages/read-model.projection.ts';
import { RegistryCopy } from './adapters/messages/registry-copy.ts';
import { ReplyInbox } from './adapters/messages/reply-inbox.ts';
import { nodeCrypto } from './adapters/node/node-crypto.ts';
import { patientReadModel } from './adapters/typeorm/patient-read-model.ts';
import { openReadModel, type ReadModelSource } from './adapters/typeorm/read-model-source.ts';
import { ReadModelWriter } from './adapters/typeorm/read-model-writer.ts';
import { forgetKeysBefore, TypeOrmKeyStore } from './adapters/typeorm/typeorm-key-store.ts';
import { TypeOrmReadModel } from './adapters/typeorm/typeorm-read-model.ts';
import { GatewayModule } from './app.module.ts';
import type { GatewayConfig } from './config.ts';
import { LiveTasks } from './domain/live-tasks.ts';
import { FollowTask } from './use-cases/follow-task.ts';
import { WithdrawClaims } from './use-cases/withdraw-claims.ts';

export interface GatewayOptions {
  readonly log: MessageLog;
  readonly objects: ObjectStore;
  readonly readModels: ReadModelSource;
  readonly clock: Clock;
  /** Unique to this boot: replies are addressed to it. */
  readonly instanceId: string;
  readonly config: GatewayConfig;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  /** What `/metrics` shows where other services share the process; default: the gateway's own. */
  readonly metricsPage?: MetricsText;
}

export interface Gateway {
  /** `http://127.0.0.1:3000` */
  readonly address: string;
  /** Resolves once it has caught up with the log as it was at the start. */
  ready(): Promise<void>;
  close(): Promise<void>;
  /** The part that is being closed. */
  readonly closing: string | undefined;
}

const group = 'gateway';

/** Throws `port_taken`; then nothing is left open. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, clock, config, logger, tracer, metrics, instanceId, readModels } = options;
  const live = new LiveTasks(config.liveBytes);
  const context: { follow?: FollowTask } = {};
  const http = new HttpMetrics(metrics, {
    streamsOpen: () => context.follow?.openStreams ?? 0,
    liveBytes: () => live.bytes,
    liveTasks: () => live.size,
    projectionLag: () => lagOf(log, projection),
  });
  const alarms = alarmsOf(logger, http);
  const transport = new LogTransport({
    log,
    group,
    clock,
    hooks: hooksOf(logger, http, { alarms, dead: deadLetterCounter(metrics, group) }),
    tuning: { [`${group}.read-model`]: { gatherMs: config.gatherMs } },
  });
  showConsumerLag(metrics, group, transport);
  const projection = transport.projection('read-model');
  const { source, keys, writer } = await openModel(options, alarms);
  const registry = new RegistryCopy(log, transport.broadcast('RegistryConsumer.onBatch'));
  const replies = new ReplyInbox(instanceId, clock);
  const claims = new WithdrawClaims({ log, clock, crypto: nodeCrypto, registry });
  const catchUp = new CatchUp({ log, registry, claims, projection, onRestored: () => keys.allRestored() });
  const module = GatewayModule.register({
    ...options,
    live,
    keys,
    model: readModels.isShared ? patientReadModel(new TypeOrmReadModel(source)) : new TypeOrmReadModel(source),
    writer,
    projection,
    tail: transport.broadcast('LiveTailConsumer.onBatch'),
    registry,
    claims,
    replies,
    alarms,
    status: {
      readiness: (): Readiness => ({
        status: catchUp.isReady ? 'ready' : 'starting',
        checks: { ...catchUp.checks },
        instance: instanceId,
      }),
      metricsText: () => (options.metricsPage ?? metrics).text(),
      metricsContentType: metrics.contentType,
    },
  });
  const app = await createServer({ module, logger, tracer, metrics: http });
  const follow = app.get(FollowTask);
  context.follow = follow;
  app.connectMicroservice({ strategy: transport });
  const listeners = new Listeners(app.getHttpServer());
  const closing = new Closing();
  closing.add('database', { close: () => source.destroy() });
  closing.add('read model', writer);
  closing.add('replies', replies);
  closing.add('requests and consumers', { close: () => Promise.all([listeners.close(), app.close()]) });
  closing.add('streams', follow);
  await catchUp.start(() => app.startAllMicroservices());
  try {
    await listeners.listen({ port: config.port, host: config.host }, (where) => app.listen(where));
  } catch (error) {
    await closing.close();
    throw isPortTaken(error) ? portTaken(config.port, error) : error;
  }
  return {
    address: addressOf(config.host, app.getHttpServer().address()),
    ready: () => catchUp.whenReady(),
    close: () => closing.close(),
    get closing() {
      return closing.closing;
    },
  };
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

const portTaken = (port: number, cause: unknown): PlatformError =>
  new PlatformError('port_taken', {
    detail: `Port ${port} is in use by another process: set PORT to another one.`,
    cause,
  });

/** A read model that is ahead of the log belongs to another log: it is dropped and rebuilt. */
async function openModel(
  { clock, config, log, logger, readModels }: GatewayOptions,
  alarms: Alarms,
): Promise<{ source: DataSource; keys: TypeOrmKeyStore; writer: ReadModelWriter }> {
  for (let attempt = 1; ; attempt += 1) {
    const source = await openReadModel(readModels, logger);
    const sql = readModels.openSql(source);
    const keys = new TypeOrmKeyStore(sql, { isShared: readModels.isShared, clock, patienceMs: config.freshMs });
    const writer = new ReadModelWriter({ sql, keys, ...alarms });
    if (attempt > 1 || !(await writer.isAhead(log))) {
      await forgetKeysBefore(source, clock.now() - maxWorkAgeMs);
      return { source, keys, writer };
    }
    logger.warn('The log is shorter than the read model says: the read model is dropped and rebuilt from the log.');
    await writer.close();
    await source.destroy();
    await readModels.discard();
  }
}

function alarmsOf(logger: Logger, http: HttpMetrics): Alarms {
  return {
    onGap: (taskId) => {
      http.alarm('gap');
      logger.error('Events of a task are missing between two records.', { task_id: taskId });
    },
    onHole: (taskId, seq) => {
      http.alarm('hole');
      logger.error('A stream could not go on: an event is neither in memory nor in the read model.', {
        task_id: taskId,
        seq,
      });
    },
    onUnreadable: ({ topic, partition, offset }) => {
      http.alarm('unreadable');
      logger.warn('A record was passed over: it cannot be read.', { topic, partition, offset });
    },
  };
}

interface Losses {
  readonly alarms: Alarms;
  readonly dead: DeadLetterCounter;
}

/** Batches are those of the projection: it alone reports them. */
const hooksOf = (logger: Logger, http: HttpMetrics, { alarms, dead }: Losses): ConsumerHooks => ({
  onBatch: ({ records }) => http.countProjected(records),
  onRetry: ({ consumer, error }) => {
    if (consumer !== `${group}.read-model`) return logger.warn('Records are handled again', { consumer, error });
    http.alarm('projection');
    logger.error('The read model could not be written; it is tried again.', { error });
  },
  onDeadLetter({ message }) {
    dead.onDeadLetter();
    alarms.onUnreadable(message);
  },
  onError: (error, doing) => logger.warn('Something failed that does not stop the gateway', { doing, error }),
});

function addressOf(host: string, bound: string | { port: number } | null): string {
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
