import { AgentEntry, mostTokens } from '@waybill/contracts';
import { expect, it } from 'vitest';
import type { Agent } from './agent.ts';
import { agentEntry } from './agent-entry.ts';

const agentWith = (maxTokens: number, name = 'a'): Agent => ({
  name,
  version: 1,
  description: '',
  maxTokens,
  inputSchema: {},
  outputSchema: {},
  activate: () => ({ status: 'completed', output: null }),
});

it('announces no agent that may use more tokens than the record of their use can hold', () => {
  for (const tokens of [0, mostTokens]) expect(AgentEntry.parse(agentEntry(agentWith(tokens))).max_tokens).toBe(tokens);
  for (const tokens of [mostTokens + 1, Infinity, Number.NaN, -1, 0.5])
    expect(() => agentEntry(agentWith(tokens))).toThrow('maxTokens is a whole number from 0 to 1000000000');
});

it('announces no agent after which no queue can be called: its tasks could never be handed out', () => {
  expect(agentEntry(agentWith(0, 'web-search_2.v1')).queue).toBe('agent.web-search_2.v1');
  for (const name of ['web search', 'web/search', 'résumé', 'x'.repeat(243)])
    expect(() => agentEntry(agentWith(0, name))).toThrow('a name consists of letters');
});
