/**
 * The composition root of `npm start`: the four services in this process, on embedded adapters.
 * Promises: when it rejects nothing is left open and nothing was damaged; `close` stops taking, finishes what runs, and syncs.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startAgentNode } from '@waybill/agent-node';
import { builtInAgents, type Agent } from '@waybill/agents';
import type { PlatformError } from '@waybill/contracts';
import { refuseNewerReadModel, sqliteReadModels, startGateway } from '@waybill/gateway';
import { hashingEmbedder } from '@waybill/knowledge';
import { systemClock } from '@waybill/messaging';
import { openModel } from '@waybill/models';
import { startOrchestrator } from '@waybill/orchestrator';
import { startRagIndexer } from '@waybill/rag-indexer';
import { FolderObjectStore, MemoryHotState, SqliteKnowledgeIndex } from '@waybill/storage';
import { createLogger, createMetrics, mergeMetrics, openTelemetry } from '@waybill/telemetry';
import type { PlatformConfig } from '../config.ts';
import { endProcess } from '../terminal/failure.ts';
import { Closing, SideBySide } from '@waybill/service/closing';
import { openRecord } from './embedded-record.ts';

export interface PlatformOptions {
  readonly config: PlatformConfig;
  /** Besides the built-in ones. */
  readonly agents?: readonly Agent[];
  /** The disk failed, so nothing can be promised any more; ends the process unless given. */
  readonly onBroken?: (error: PlatformError) => void;
}

export interface RunningPlatform {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** The part that is being closed. */
  readonly closing: string | undefined;
}

const services = ['gateway', 'orchestrator', 'agent-node', 'rag-indexer'] as const;

/** Resolves when every service has caught up and requests are answered. */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const closing = new Closing();
  try {
    return await compose(options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function compose(
  { config, onBroken = endProcess, agents = [] }: PlatformOptions,
  closing: Closing,
): Promise<RunningPlatform> {
  const clock = systemClock;
  const random = Math.random;
  const loggers = Object.fromEntries(services.map((name) => [name, createLogger(name, { level: config.logLevel })]));
  const metrics = Object.fromEntries(services.map((name) => [name, createMetrics(name)]));
  const platformLogger = createLogger('platform', { level: config.logLevel });
  const record = openRecord({ dataDir: config.dataDir, logger: platformLogger, onBroken });
  closing.add('log', record);
  const readModel = join(config.dataDir, 'gateway.db');
  refuseNewerReadModel(readModel); // before anything is owned, so that nothing was changed
  const telemetry = await openTelemetry({
    services,
    endpoint: config.otlpEndpoint,
    logger: platformLogger,
  });
  closing.add('telemetry', telemetry);
  const common = (name: (typeof services)[number]) => ({
    log: record.log,
    clock,
    random,
    tracer: telemetry.tracer(name),
    metrics: metrics[name]!,
    logger: loggers[name]!,
  });
  const objects = await FolderObjectStore.open(join(config.dataDir, 'objects'));
  const hot = new MemoryHotState({ now: () => performance.now() });
  closing.add('hot state', hot);

  const orchestrator = await startOrchestrator({
    ...common('orchestrator'),
    store: record.plans,
    instanceId: randomUUID(),
  });
  closing.add('orchestrator', orchestrator);
  const embedder = hashingEmbedder;
  const index = SqliteKnowledgeIndex.open({ file: join(config.dataDir, 'knowledge.db'), embedder });
  closing.add('knowledge index', index);
  // Each finishes what it runs, and nothing of it waits for another of them.
  const working = new SideBySide();
  closing.add('services', working);
  const ragIndexer = await startRagIndexer({ ...common('rag-indexer'), objects, index, embedder });
  working.add('rag indexer', ragIndexer);
  const model = openModel(config.model, { hot, clock });
  const agentNode = await startAgentNode({ ...common('agent-node'), agents: [...builtInAgents, ...agents], model });
  working.add('agent node', agentNode);
  const gateway = await startGateway({
    ...common('gateway'),
    objects,
    readModels: sqliteReadModels(readModel),
    instanceId: randomUUID(),
    config: config.gateway,
    metricsPage: mergeMetrics(services.map((name) => metrics[name]!)),
  });
  working.add('gateway', gateway);
  await gateway.ready();
  record.lock.setAddress(gateway.address);
  return {
    url: gateway.address,
    close: () => closing.close(),
    get closing() {
      return closing.closing;
    },
  };
}
