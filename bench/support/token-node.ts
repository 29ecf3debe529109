/** An agent node of its own that offers the `ticker` alone. */
import { startAgentNode } from '@waybill/agent-node';
import { openModel } from '@waybill/models';
import { runService } from '@waybill/service';
import { MemoryHotState } from '@waybill/storage';
import { ticker } from './ticker.ts';

await runService({
  name: 'agent-node',
  settings: {},
  environment: process.env,
  start: async ({ common, closing }) => {
    const hot = new MemoryHotState({ now: () => common.clock.now() });
    const model = openModel({ provider: 'simulated', tokensPerSecond: 0 }, { hot, clock: common.clock });
    const node = await startAgentNode({ ...common, agents: [ticker], model });
    closing.add('agent node', node);
  },
});
