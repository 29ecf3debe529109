/** What is known on the compacted topic `registry`, keyed `kind/name/version/hash`. The first offset of a `name/version` wins. */
import { z } from 'zod';
import type { NormalDefinition } from './definition.ts';
import { JsonObject } from './json.ts';

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
  max_tokens: z.number().int().nonnegative(),
  input_schema: JsonObject,
  output_schema: JsonObject,
});
export type AgentEntry = z.infer<typeof AgentEntry>;

export const RegistryEntry = z.discriminatedUnion('kind', [WorkflowEntry, AgentEntry]);
export type RegistryEntry = z.infer<typeof RegistryEntry>;

export const registryKey = (entry: Pick<RegistryEntry, 'kind' | 'name' | 'version' | 'hash'>): string =>
  `${entry.kind}/${entry.name}/${entry.version}/${entry.hash}`;
