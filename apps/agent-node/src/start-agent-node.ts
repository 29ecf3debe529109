/** The agent node as a Nest microservice over any log, with the agents and the model it is given. */
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { agentEntry, type Agent } from '@waybill/agents';
import { agentQueue, PlatformError } from '@waybill/contracts';
import {
  deadLetterCounter,
  LogTransport,
  showConsumerLag,
  systemClock,
  type Clock,
  type ConsumerHooks,
  type MessageLog,
  refuseLargeRecords,
} from '@waybill/messaging';
import type { Model } from '@waybill/models';
import { createMetrics, dormantTracer, nullLogger, type Logger, type Metrics, type Tracer } from '@waybill/telemetry';
import { AgentHost } from './adapters/agents/agent-host.ts';
import { readRegistryKeys } from './adapters/messages/registry-keys.ts';
import { agentNodeCounters } from './adapters/telemetry/agent-node-metrics.ts';
import { AgentNodeModule } from './app.module.ts';
import { AgentNodeConfig } from './config.ts';
import { source } from './domain/activation.ts';
import { AnnounceAgents } from './use-cases/announce-agents.ts';
import { RunActivation } from './use-cases/run-activation.ts';
import { RunningPlans } from './use-cases/running-plans.ts';

export interface AgentNodeOptions {
  readonly log: MessageLog;
  readonly agents: readonly Agent[];
  readonly model: Model;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly tracer?: Tracer;
  readonly metrics?: Metrics;
  readonly logger?: Logger;
  readonly config?: Partial<AgentNodeConfig>;
}

export interface RunningAgentNode {
  /** Takes nothing more, finishes what runs within the drain time, leaves the rest to another node. */
  close(): Promise<void>;
}

/** Resolves when the agents are announced, cancelled plans are known and work is taken. */
export async function startAgentNode(options: AgentNodeOptions): Promise<RunningAgentNode> {
  const { log, agents, model, clock = systemClock, random = Math.random, tracer = dormantTracer() } = options;
  const { logger = nullLogger, metrics = createMetrics(source) } = options;
  const config = AgentNodeConfig.parse(options.config ?? {});
  refuseTwins(agents);
  const onConflict = ({ name, version }: { name: string; version: number }): void =>
    logger.warn('Another agent is known under this name and version; raise the version', { agent: name, version });
  const knownKeys = () => readRegistryKeys(log, clock);
  const announcing = { log, clock, spans: tracer, knownKeys, newClaim: randomUUID, onConflict };
  await new AnnounceAgents(announcing).execute(agents.map(agentEntry));
  const transport = new LogTransport({
    log,
    group: source,
    clock,
    random,
    queues: { agents: agents.map(({ name }) => agentQueue(name)) },
    hooks: hooks(logger, metrics),
    tuning: { [source]: { maxInFlight: config.inFlight, drainMs: config.drainMs } },
  });
  showConsumerLag(metrics, 'agent_node', transport);
  const plans = new RunningPlans(clock);
  const host = { model, clock, tracer, logger };
  const hosted = new Map(agents.map((agent) => [agent.name, new AgentHost(agent, host)]));
  const counters = agentNodeCounters(metrics, logger, [...hosted.keys()]);
  const ports = { agents: hosted, log, clock, plans, spans: tracer, counters, refuseLarge: refuseLargeRecords };
  const app = await NestFactory.createMicroservice(AgentNodeModule.register(ports), {
    strategy: transport,
    logger: false,
  });
  const activations = app.get(RunActivation);
  await app.listen();
  return {
    async close() {
      await app.close();
      plans.abandonAll();
      await activations.close();
    },
  };
}

function refuseTwins(agents: readonly Agent[]): void {
  const names = agents.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined)
    throw new PlatformError('invalid_configuration', { detail: `There are two agents called ${twin}.` });
}

function hooks(logger: Logger, metrics: Metrics): ConsumerHooks {
  const dead = deadLetterCounter(metrics, 'agent_node');
  return {
    onRetry: ({ failures, error }) => logger.warn('Work is tried again', { failures, error }),
    onDeadLetter({ failure }) {
      dead.onDeadLetter();
      logger.error('Work was dead-lettered', { failure });
    },
    onError: (error, doing) => logger.warn('Something failed that does not stop the agent node', { doing, error }),
  };
}
