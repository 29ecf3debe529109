/** The orchestrator's settings. */
import { z } from 'zod';

export const OrchestratorConfig = z.object({
  /** Plans kept in memory per partition between batches; the others are folded again when something happens to them. */
  plansInMemory: z.number().int().positive().default(10_000),
  /** Activations of one partition that may be open at once. */
  openActivations: z.number().int().positive().default(10_000),
  /** Events of one plan between two snapshots. */
  snapshotEvery: z.number().int().positive().default(200),
});
export type OrchestratorConfig = z.infer<typeof OrchestratorConfig>;
