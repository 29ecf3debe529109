/** The agent node's settings. */
import { z } from 'zod';

export const AgentNodeConfig = z.object({
  /** Activations that run here at once; most of them wait for a model. */
  inFlight: z.number().int().positive().max(10_000).default(256),
  /** How long `close` waits for what runs before it leaves it to another node. */
  drainMs: z.number().int().nonnegative().default(25_000),
});
export type AgentNodeConfig = z.infer<typeof AgentNodeConfig>;
