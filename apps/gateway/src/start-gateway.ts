/**
 * Starts the gateway on the ports it is given.
 * Promises: when `startGateway` resolves the address answers (`/healthz` at once, `/readyz` when it has caught up); `close` ends streams and
 * requests first, then writes what has gathered.
 */
import 'reflect-metadata';
import { maxWorkAgeMs, type IncomingMessage, type Readiness } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import type { Logger, Metrics, MetricsText, Tracer } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { HttpMetrics } from './adapters/http/http-metrics.ts';
import { createServer } from './adapters/http/server.ts';
import { LiveTail } from './adapters/messages/live-tail.ts';
import { LogReaders } from './adapters/messages/log-readers.ts';
import { ReadModelProjection } from './adapters/messages/read-model.projection.ts';
import { RegistryCopy } from './adapters/messages/registry-copy.ts';
import { ReplyInbox } from './adapters/messages/reply-inbox.ts';
import { openReadModel, type ReadModelSource } from './adapters/typeorm/read-model-source.ts';
import { openSqlSession } from './adapters/typeorm/sql-session.ts';
import { TypeOrmKeyStore } from './adapters/typeorm/typeorm-key-store.ts';
import { TypeOrmReadModel } from './adapters/typeorm/typeorm-read-model.ts';
import { GatewayModule } from './app.module.ts';
import type { GatewayConfig } from './config.ts';
import { LiveTasks } from './domain/live-tasks.ts';
import { FollowTask } from './use-cases/follow-task.ts';

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
}

interface Alarms {
  onGap(taskId: string): void;
  onHole(taskId: string, seq: number): void;
  onUnreadable(message: IncomingMessage): void;
  onRetry(error: unknown): void;
}

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { log, clock, config, logger, tracer, metrics, instanceId } = options;
  const live = new LiveTasks(config.liveBytes);
  const context: { follow?: FollowTask; projection?: ReadModelProjection } = {};
  const http = new HttpMetrics(metrics, {
    streamsOpen: () => context.follow?.openStreams ?? 0,
    liveBytes: () => live.bytes,
    liveTasks: () => live.size,
    projectionLag: async () => (await context.projection?.lag()) ?? 0,
  });
  const alarms = alarmsOf(logger, http);
  const { source, keys, projection } = await openProjection(options, alarms, http);
  context.projection = projection;
  const registry = new RegistryCopy({ log, clock, ...alarms });
  const replies = new ReplyInbox({ log, clock, instance: instanceId, ...alarms });
  const tail = new LiveTail({ log, clock, tasks: live, ...alarms, onBatch: () => context.follow?.flushEnding() });
  const readers = new LogReaders({ log, registry, tail, projection, replies, onRestored: () => keys.allRestored() });
  const module = GatewayModule.register({
    ...options,
    ...alarms,
    live,
    keys,
    model: new TypeOrmReadModel(source),
    projection,
    tail,
    registry,
    replies,
    status: {
      readiness: (): Readiness => ({
        status: readers.isReady ? 'ready' : 'starting',
        checks: { ...readers.checks },
        instance: instanceId,
      }),
      metricsText: () => (options.metricsPage ?? metrics).text(),
      metricsContentType: metrics.contentType,
    },
  });
  const app = await createServer({ module, logger, tracer, metrics: http });
  context.follow = app.get(FollowTask);
  await readers.start();
  await app.listen(config.port, config.host);
  return {
    address: addressOf(config.host, app.getHttpServer().address()),
    ready: () => readers.whenReady(),
    close: async () => {
      context.follow?.close();
      await app.close();
      await readers.close();
      await source.destroy();
    },
  };
}

/** A read model that is ahead of the log belongs to another log: it is dropped and rebuilt. */
async function openProjection(
  options: GatewayOptions,
  alarms: Alarms,
  http: HttpMetrics,
): Promise<{ source: DataSource; keys: TypeOrmKeyStore; projection: ReadModelProjection }> {
  const { clock, config, log, logger, readModels } = options;
  for (let attempt = 1; ; attempt += 1) {
    const source = await openReadModel(readModels, logger);
    const sql = openSqlSession(source);
    const keys = new TypeOrmKeyStore(sql, () => clock.now());
    const projection = new ReadModelProjection({
      log,
      sql,
      keys,
      clock,
      gatherMs: config.gatherMs,
      ...alarms,
      onBatch: (records) => http.countProjected(records),
    });
    if (attempt > 1 || !(await projection.isAhead())) {
      await keys.forgetOlderThan(maxWorkAgeMs);
      return { source, keys, projection };
    }
    logger.warn('The log is shorter than the read model says: the read model is dropped and rebuilt from the log.');
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
    onRetry: (error) => {
      http.alarm('projection');
      logger.error('The read model could not be written; it is tried again.', { error });
    },
  };
}

function addressOf(host: string, bound: string | { port: number } | null): string {
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
