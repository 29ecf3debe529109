/**
 * Starts the gateway on the ports it is given: HTTP, and a Nest microservice over the log, in one application.
 * Promises: when `startGateway` resolves the address answers (`/healthz` at once, `/readyz` when it has caught up); `close` ends streams and
 * requests first, then what reads the log.
 */
import 'reflect-metadata';
import type { Readiness } from '@waybill/contracts';
import { Closing } from '@waybill/service/closing';
import { listenFailure } from '@waybill/service/listen-failure';
import { deadLetterCounter, LogTransport, showConsumerLag, type Clock, type MessageLog } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import type { Logger, Metrics, MetricsText, Tracer } from '@waybill/telemetry';
import { HttpMetrics } from './adapters/http/http-metrics.ts';
import { Listeners } from './adapters/http/listeners.ts';
import { createServer } from './adapters/http/server.ts';
import { CatchUp } from './adapters/messages/catch-up.ts';
import { alarmsOf, hooksOf } from './adapters/messages/gateway-hooks.ts';
import { lagOf } from './adapters/messages/read-model.projection.ts';
import { RegistryCopy } from './adapters/messages/registry-copy.ts';
import { ReplyInbox } from './adapters/messages/reply-inbox.ts';
import { nodeCrypto } from './adapters/node/node-crypto.ts';
import { patientReadModel } from './adapters/typeorm/patient-read-model.ts';
import { openModel } from './adapters/typeorm/open-model.ts';
import type { ReadModelSource } from './adapters/typeorm/read-model-source.ts';
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
/** The consumer that writes the read model, as the transport names it. */
const projectionName = `${group}.read-model`;

/** Throws `port_taken` or `invalid_configuration`, or as the log does; then nothing is left open. */
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
    hooks: hooksOf(logger, http, { projection: projectionName, alarms, dead: deadLetterCounter(metrics, group) }),
    tuning: { [projectionName]: { gatherMs: config.gatherMs } },
  });
  showConsumerLag(metrics, group, transport);
  const projection = transport.projection('read-model');
  const { source, keys, expiredKeys, writer } = await openModel({ ...options, alarms, patienceMs: config.freshMs });
  const registry = new RegistryCopy(log, transport.broadcast('RegistryConsumer.onBatch'), clock);
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
  const refuse = (error: unknown): never => {
    throw listenFailure(error, { ...config, portSetting: 'PORT', hostSetting: 'GATEWAY_HOST' });
  };
  const closing = new Closing();
  closing.add('database', { close: () => source.destroy() });
  closing.add('read model', writer);
  closing.add('expired keys', expiredKeys);
  closing.add('replies', replies);
  closing.add('requests and consumers', { close: () => Promise.all([listeners.close(), app.close()]) });
  closing.add('streams', follow);
  try {
    await catchUp.start(() => app.startAllMicroservices());
    await listeners.listen({ port: config.port, host: config.host }, (where) => app.listen(where)).catch(refuse);
    expiredKeys.start();
  } catch (error) {
    await closing.close();
    throw error;
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

function addressOf(host: string, bound: string | { port: number } | null): string {
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
