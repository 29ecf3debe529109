/** The orchestrator as a Nest microservice over any log and store. */
import { NestFactory } from '@nestjs/core';
import {
  LogTransport,
  refuseLargeRecords,
  showConsumerLag,
  type Clock,
  type ConsumerHooks,
  type MessageLog,
} from '@waybill/messaging';
import type { PlanStore } from '@waybill/storage';
import type { Logger, Metrics, Tracer } from '@waybill/telemetry';
import { decide, evolve } from '@waybill/workflow';
import { deadLetterFor } from './adapters/messages/dead-letter.ts';
import { orchestratorCounters } from './adapters/telemetry/orchestrator-metrics.ts';
import { OrchestratorModule } from './app.module.ts';
import { OrchestratorConfig } from './config.ts';

export interface OrchestratorOptions {
  readonly log: MessageLog;
  readonly store: PlanStore;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly instanceId: string;
  readonly config?: Partial<OrchestratorConfig>;
}

export interface RunningService {
  /** Finishes what runs, releases what is held. */
  close(): Promise<void>;
}

/** Resolves when the orchestrator holds its partitions. */
export async function startOrchestrator(options: OrchestratorOptions): Promise<RunningService> {
  const { log, store, clock, random, tracer, metrics, logger, instanceId } = options;
  const transport = new LogTransport({ log, group: 'orchestrator', clock, random, hooks: hooks(logger) });
  showConsumerLag(metrics, 'orchestrator', transport);
  const ports = {
    core: { decide, evolve },
    store,
    clock,
    random,
    spans: tracer,
    counters: orchestratorCounters(metrics, logger),
    deadLetter: deadLetterFor(clock),
    refuseLarge: refuseLargeRecords,
    instanceId,
    config: OrchestratorConfig.parse(options.config ?? {}),
  };
  const app = await NestFactory.createMicroservice(OrchestratorModule.register(ports, transport), {
    strategy: transport,
    logger: false,
  });
  await app.listen();
  return { close: () => app.close() };
}

const hooks = (logger: Logger): ConsumerHooks => ({
  onRetry: ({ partition, failures, error }) => logger.warn('A partition is taken anew', { partition, failures, error }),
  onError: (error, doing) => logger.warn('Something failed that does not stop the orchestrator', { doing, error }),
});
