import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { settings } from '../../../../../tools/stack/places.mjs';
import { Kafka, logLevel } from '../client/client.ts';
import { Cluster } from '../cluster.ts';
import { KafkaMessageLog } from '../kafka-message-log.ts';
import { Topics } from './topics.ts';

const brokers = settings('postgres')['KAFKA_BROKERS']!.split(',');

it('answers everybody who makes the same topics at once, while others ask afresh', async () => {
  const kafka = new Kafka({ brokers, clientId: 'contract', logLevel: logLevel.NOTHING });
  const processes = Array.from({ length: 4 }, () => {
    const cluster = new Cluster(() => kafka.admin());
    return { cluster, topics: new Topics(cluster, { partitions: 4, replicas: 1, minInSyncReplicas: 1 }) };
  });
  try {
    for (let round = 0; round < 3; round += 1) {
      const names = Array.from({ length: 8 }, (_, n) => `tasks.race-${randomUUID()}-${n}`);
      const counts = processes.flatMap(({ topics }) => names.map((name) => topics.count(name)));
      const afresh = processes.map(({ cluster }) => cluster.ask(failingOnce()));
      expect(new Set(await Promise.all(counts))).toEqual(new Set([4]));
      await Promise.all(afresh);
    }
  } finally {
    await Promise.all(processes.map(({ cluster }) => cluster.close()));
  }
}, 60_000);

it('refuses who joins a topic of work that somebody made too weak, or tells it once', async () => {
  const topic = `tasks.weak-${randomUUID()}`;
  const admin = new Kafka({ brokers, clientId: 'contract', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: 'retention.ms', value: '60000' }];
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] });
  await admin.disconnect();
  const lines: string[] = [];
  const open = (refuseWeakTopics: boolean) =>
    KafkaMessageLog.open({
      brokers,
      clientId: 'contract',
      topics: { partitions: 1, replicas: 1, minInSyncReplicas: 1 },
      refuseWeakTopics,
      logger: { warn: (line) => void (line.startsWith('Topics') && lines.push(line)) },
    });
  const handlers = { onAssigned: async () => [], onRevoked: async () => {}, onRecords: () => {} };
  const join = (log: KafkaMessageLog) =>
    log.join({ group: randomUUID(), topics: [topic], coPartitioned: false, from: 'start', ...handlers });
  const [strict, lenient] = [await open(true), await open(false)];
  try {
    const refused = {
      code: 'invalid_configuration',
      message: expect.stringContaining(`${topic}: retention.ms is 60000`),
    };
    await expect(join(strict)).rejects.toMatchObject(refused);
    await join(lenient);
    await join(lenient);
    expect(lines).toEqual([
      expect.stringContaining(`${topic}: retention.ms is 60000 and has to be at least 604800000`),
    ]);
  } finally {
    await Promise.all([strict.close(), lenient.close()]);
  }
});

/** As when the coordinator of a group is just being found. */
function failingOnce() {
  let isFirst = true;
  return async () => {
    if (!isFirst) return;
    isFirst = false;
    throw Object.assign(new Error('The group coordinator is not available'), { retriable: true });
  };
}
