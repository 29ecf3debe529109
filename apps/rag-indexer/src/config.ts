/** The rag-indexer's settings. */
import { z } from 'zod';

export const RagIndexerConfig = z.object({
  /** Documents that are parsed and embedded at the same time. */
  documentsAtOnce: z.number().int().positive().default(4),
  searchesAtOnce: z.number().int().positive().default(16),
});
export type RagIndexerConfig = z.infer<typeof RagIndexerConfig>;
