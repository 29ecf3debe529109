/** The orchestrator's settings; what they mean stands with the use cases' port. */
import { z } from 'zod';

export const OrchestratorConfig = z.object({
  plansInMemory: z.number().int().positive().default(10_000),
  openActivations: z.number().int().positive().default(256),
  snapshotEvery: z.number().int().positive().default(200),
});
export type OrchestratorConfig = z.infer<typeof OrchestratorConfig>;
