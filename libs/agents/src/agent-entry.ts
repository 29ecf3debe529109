/** How an agent is announced on `registry`: the same content has the same hash and so the same key, whoever announces it. */
import { createHash } from 'node:crypto';
import { agentQueue, canonicalJson, type AgentEntry, type Json } from '@waybill/contracts';
import type { Agent } from './agent.ts';

export function agentEntry({ name, version, description, maxTokens, inputSchema, outputSchema }: Agent): AgentEntry {
  const content = {
    kind: 'agent' as const,
    name,
    version,
    description,
    queue: agentQueue(name),
    max_tokens: maxTokens,
    input_schema: inputSchema,
    output_schema: outputSchema,
  };
  const hash = createHash('sha256')
    .update(canonicalJson(content as Json))
    .digest('hex');
  return { ...content, hash };
}
