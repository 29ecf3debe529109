import type { PartitionMetadata } from 'kafkajs';
import { expect, it } from 'vitest';
import { Leaders } from './leaders.ts';

const led = (...leaders: number[]) =>
  leaders.map((leader, partitionId) => ({ partitionId, leader })) as PartitionMetadata[];

it('knows leaders from what was sent last, and leaves each record its partition', () => {
  const leaders = new Leaders();
  const partitioner = leaders.createPartitioner();
  expect(leaders.of({ topic: 't', partition: 1 })).toBeUndefined();
  const message = { value: 'v', partition: 1 };
  expect(partitioner({ topic: 't', partitionMetadata: led(1, 2), message })).toBe(1);
  expect([0, 1].map((partition) => leaders.of({ topic: 't', partition }))).toEqual([1, 2]);
  partitioner({ topic: 't', partitionMetadata: led(1, 3), message });
  expect(leaders.of({ topic: 't', partition: 1 })).toBe(3);
});
