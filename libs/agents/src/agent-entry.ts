/** How an agent is announced on `registry`: the same content has the same hash and so the same key, whoever announces it. */
import { createHash } from 'node:crypto';
import {
  agentQueue,
  canonicalJson,
  isQueue,
  mostTokens,
  PlatformError,
  type AgentEntry,
  type Json,
} from '@waybill/contracts';
import type { Agent } from './agent.ts';

/**
 * Throws `invalid_configuration` for a name after which no queue can be called, and for a number of tokens that no record of their use could hold: a plan
 * with a lost attempt could not be read any more.
 */
export function agentEntry({ name, version, description, maxTokens, inputSchema, outputSchema }: Agent): AgentEntry {
  if (!Number.isInteger(maxTokens) || maxTokens < 0 || maxTokens > mostTokens) {
    const detail = `Agent ${name}: maxTokens is a whole number from 0 to ${mostTokens}.`;
    throw new PlatformError('invalid_configuration', { detail });
  }
  if (!isQueue(agentQueue(name))) {
    const detail = `Agent ${JSON.stringify(name)}: a name consists of letters, digits, dots, dashes and underscores, as its queue is called after it.`;
    throw new PlatformError('invalid_configuration', { detail });
  }
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
