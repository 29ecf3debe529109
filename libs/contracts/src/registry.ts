/** What is known on the compacted topic `registry`, keyed `kind/name/version/hash/claim`. The first offset of a `name/version` wins (docs/decisions/0016). */
import { z } from 'zod';
import type { NormalDefinition } from './definition.ts';
import { JsonObject } from './json.ts';
import { mostTokens } from './work.ts';

export const WorkflowEntry = z.object({
  kind: z.literal('workflow'),
  name: z.string(),
  version: z.number().int(),
  hash: z.string(),
  definition: z.custom<NormalDefinition>((value) => typeof value === 'object' && value !== null),
});
export type WorkflowEntry = z.infer<typeof WorkflowEntry>;

/** An agent is announced by the nodes that offer it, and stays known when none is up. */
export const AgentEntry = z.object({
  kind: z.literal('agent'),
  name: z.string(),
  version: z.number().int(),
  hash: z.string(),
  description: z.string(),
  queue: z.string(),
  /** The most tokens that one activation may use; 0: it calls no model. */
  max_tokens: z.number().int().nonnegative().max(mostTokens),
  input_schema: JsonObject,
  output_schema: JsonObject,
});
export type AgentEntry = z.infer<typeof AgentEntry>;

export const RegistryEntry = z.discriminatedUnion('kind', [WorkflowEntry, AgentEntry]);
export type RegistryEntry = z.infer<typeof RegistryEntry>;

/**
 * `claim` is an id that no other record has: compaction keeps the latest of a key, so what is written twice with one key loses its first place.
 * Without it: how the keys of records begin; those of before claims had one end there.
 */
export const registryKey = (entry: Pick<RegistryEntry, 'kind' | 'name' | 'version' | 'hash'>, claim?: string): string =>
  `${entry.kind}/${entry.name}/${entry.version}/${entry.hash}${claim === undefined ? '' : `/${claim}`}`;
