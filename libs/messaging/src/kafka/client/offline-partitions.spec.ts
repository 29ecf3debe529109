/** Over the client's own class: which offsets are known while some partitions are led by nobody. */
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import './client.ts';
import type { Cluster } from './offline-partitions.ts';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/cluster/index.js') as { prototype: Cluster };

function clusterLedBy(...leaders: number[]) {
  const asked: string[] = [];
  const partitionMetadata = leaders.map((leader, partitionId) => ({ leader, partitionId }));
  const cluster: object = {
    brokerPool: { metadata: { topicMetadata: [{ topic: 't', partitionMetadata }] } },
    findBroker: async ({ nodeId }: { nodeId: string }) => ({
      listOffsets: async ({ topics: [of] }: { topics: { partitions: { partition: number }[] }[] }) => {
        asked.push(`${nodeId}: ${of!.partitions.map(({ partition }) => partition).join(' ')}`);
        return { responses: [{ topic: 't', partitions: of!.partitions.map((one) => ({ ...one, offset: '7' })) }] };
      },
    }),
  };
  Object.setPrototypeOf(cluster, prototype);
  const all = [{ topic: 't', fromBeginning: true, partitions: leaders.map((_, partition) => ({ partition })) }];
  return { asked, offsets: (cluster as Cluster).fetchTopicsOffset(all) };
}

it('asks who leads something, and tells what they say', async () => {
  const { asked, offsets } = clusterLedBy(1, -1, 2, 1);
  const partitions = [0, 3, 2].map((partition) => ({ partition, offset: '7' }));
  expect(await offsets).toEqual([{ topic: 't', partitions }]);
  expect(asked).toEqual(['1: 0 3', '2: 2']);
});

it('asks nobody about a topic of which nothing is led', async () => {
  const { asked, offsets } = clusterLedBy(-1, -1);
  expect(await offsets).toEqual([{ topic: 't', partitions: [] }]);
  expect(asked).toEqual([]);
});
