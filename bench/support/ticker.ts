/** The agent `ticker`: it speaks 200 tokens in a second, each of them the time at which it is spoken. */
import { completed, type Agent } from '@waybill/agents';

const tokens = 200;
const everyMs = 5;

export const ticker: Agent = {
  name: 'ticker',
  version: 1,
  description: 'Speaks the time, 200 times in a second',
  maxTokens: tokens,
  inputSchema: { type: 'object' },
  outputSchema: {},
  async activate(_activation, { onToken }) {
    const begun = performance.now();
    for (let index = 0; index < tokens; index += 1) {
      onToken(`${performance.timeOrigin + performance.now()} `);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, begun + (index + 1) * everyMs - performance.now())),
      );
    }
    return completed({ spoken: tokens });
  },
};
