/** Answers its input. The cheapest thing an agent can do: benchmarks measure everything else with it, so nothing here looks at the input. */
import { completed, type Agent } from '../agent.ts';

const anything = { type: 'object' };

export const echo: Agent = {
  name: 'echo',
  version: 1,
  description: 'Answers its input unchanged.',
  maxTokens: 0,
  inputSchema: anything,
  outputSchema: anything,
  activate: ({ input }) => completed(input),
};
