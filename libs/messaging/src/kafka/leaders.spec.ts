import { expect, it } from 'vitest';
import type { ClusterMetadata } from './client/client-cluster.ts';
import { metadataOf } from '../testing/made-up-metadata.ts';
import { Leaders } from './leaders.ts';

const of = (leaders: Leaders) => [0, 1].map((partition) => leaders.of({ topic: 't', partition }));

it('knows who leads from the last look at the cluster', () => {
  const brokerPool: { metadata: ClusterMetadata | null } = { metadata: null };
  const leaders = new Leaders({ brokerPool });
  expect(of(leaders)).toEqual([undefined, undefined]);
  brokerPool.metadata = metadataOf('t', [1, 2]);
  expect(of(leaders)).toEqual([1, 2]);
  brokerPool.metadata = metadataOf('t', [3, -1]);
  expect(of(leaders)).toEqual([3, undefined]);
});
