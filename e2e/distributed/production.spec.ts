import { expect, it } from 'vitest';
import { serviceSettings } from '../../tools/stack/places.mjs';
import { startCluster } from '../support/cluster.ts';
import { runScript } from '../support/run-script.ts';
import { bootstrap } from '../support/scratch.ts';

it('is refused in one line on topics that could lose what was acknowledged', async () => {
  const { services } = await startCluster();
  const refused = await runScript(bootstrap, ['start:orchestrator'], {
    ...serviceSettings('orchestrator'),
    NODE_ENV: 'production',
  });
  expect(refused.stderr).toMatch(/^waybill orchestrator: Topics that may lose records or cannot be read: [^\n]+\n$/);
  expect(refused.stderr).toMatch(/plan\.events: min\.insync\.replicas is 1 and has to be at least 2/);
  expect(refused.stderr).toMatch(/plan\.events: the number of replicas is 1 and has to be at least 3/);
  expect(refused.code).toBe(1);
  expect(await services.stop()).toEqual(services.processes.map(() => 0));
});
