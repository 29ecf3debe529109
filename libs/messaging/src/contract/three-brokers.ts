/** For specs of what only a cluster shows: three brokers of their own while the file runs, of which any one may be taken away. */
import { afterAll, beforeAll } from 'vitest';
import { host, ports } from '../../../../tools/stack/places.mjs';
import { clean, up } from '../../../../tools/stack/servers.mjs';
import { kafkaCluster } from '../../../../tools/stack/servers/kafka.mjs';
import { Kafka, logLevel } from '../kafka/client/client.ts';

export const brokers = ports.kafkaCluster.map((port) => `${host}:${port}`);

export function useThreeBrokers(): void {
  beforeAll(async () => {
    await clean(kafkaCluster);
    await up(kafkaCluster, () => {});
  });
  afterAll(() => clean(kafkaCluster));
}

/** By partition number, the node id. */
export async function leadersOf(topic: string): Promise<ReadonlyMap<number, number>> {
  const admin = new Kafka({ brokers, clientId: 'leaders', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
  await admin.disconnect();
  return new Map(found!.partitions.map(({ leader, partitionId }) => [partitionId, leader]));
}
