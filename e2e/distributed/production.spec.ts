import { KafkaMessageLog } from '@waybill/messaging/kafka';
import { expect, it } from 'vitest';
import { serviceSettings } from '../../tools/stack/places.mjs';
import { runScript } from '../support/run-script.ts';
import { bootstrap } from '../support/scratch.ts';

it('is refused in one line on topics that could lose what was acknowledged', async () => {
  const environment = serviceSettings('orchestrator');
  const log = await KafkaMessageLog.open({
    brokers: environment['KAFKA_BROKERS']!.split(','),
    clientId: 'production',
    topics: { partitions: 4, replicas: 1, minInSyncReplicas: 1 },
  });
  await log.prepareTopics();
  await log.close();
  const refused = await runScript(bootstrap, ['start:orchestrator'], { ...environment, NODE_ENV: 'production' });
  expect(refused.stderr).toMatch(/^waybill orchestrator: Topics that may lose records or cannot be read: [^\n]+\n$/);
  expect(refused.stderr).toMatch(/plan\.events: min\.insync\.replicas is 1 and has to be at least 2/);
  expect(refused.stderr).toMatch(/plan\.events: the number of replicas is 1 and has to be at least 3/);
  expect(refused.code).toBe(1);
});
