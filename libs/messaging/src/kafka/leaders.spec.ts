import { expect, it } from 'vitest';
import type { ClusterMetadata } from './client/client-cluster.ts';
import { Leaders } from './leaders.ts';

const led = (...leaders: number[]): ClusterMetadata => ({
  topicMetadata: [
    {
      topic: 't',
      partitionMetadata: leaders.map((leader, partitionId) => ({
        partitionId,
        leader,
        partitionErrorCode: 0,
        replicas: [],
        isr: [],
      })),
    },
  ],
});
const of = (leaders: Leaders) => [0, 1].map((partition) => leaders.of({ topic: 't', partition }));

it('knows who leads from the last look at the cluster', () => {
  const brokerPool: { metadata: ClusterMetadata | null } = { metadata: null };
  const leaders = new Leaders({ brokerPool });
  expect(of(leaders)).toEqual([undefined, undefined]);
  brokerPool.metadata = led(1, 2);
  expect(of(leaders)).toEqual([1, 2]);
  brokerPool.metadata = led(3, -1);
  expect(of(leaders)).toEqual([3, undefined]);
});
