/** `npm run start:agent-node`: an agent node as a process of its own, on Kafka and Redis. */
import { builtInAgents } from '@waybill/agents';
import { modelConfigOf, modelSettings, openModel } from '@waybill/models';
import { redisAddress, runService } from '@waybill/service';
import { RedisHotState } from '@waybill/storage/redis';
import { z } from 'zod';
import { startAgentNode } from './start-agent-node.ts';

await runService({
  name: 'agent-node',
  settings: {
    ...modelSettings,
    REDIS_URL: redisAddress,
    /** Activations that run here at once. */
    AGENT_NODE_IN_FLIGHT: z.coerce.number().int().min(1).max(10_000).default(256),
    /** How long a stop waits for what runs, ms; at most a day: a timer of Node for more than 24.8 days ends at once. */
    AGENT_NODE_DRAIN_MS: z.coerce.number().int().min(0).max(86_400_000).default(25_000),
  },
  environment: process.env,
  start: async ({ settings, common, closing }) => {
    const { REDIS_URL: url, AGENT_NODE_IN_FLIGHT: inFlight, AGENT_NODE_DRAIN_MS: drainMs } = settings;
    const hot = await RedisHotState.open({ url, keyPrefix: 'waybill:hot:', logger: common.logger });
    closing.add('Redis', hot);
    const model = openModel(modelConfigOf(settings), { hot, clock: common.clock });
    const node = await startAgentNode({ ...common, agents: builtInAgents, model, config: { inFlight, drainMs } });
    closing.add('agent node', node);
    closing.drainMs = drainMs;
  },
});
