/**
 * Who leads which partition, as the producer sees it: the client tells its partitioner alone, and answers what it was given to send when all brokers have.
 * Promise: records keep the partitions that they have.
 */
import type { ICustomPartitioner, PartitionMetadata } from 'kafkajs';
import { nameOf } from '../partition-name.ts';
import type { TopicPartition } from '../message-log.ts';

export class Leaders {
  private readonly seen = new Map<string, readonly PartitionMetadata[]>();
  private readonly leaders = new Map<string, number>();

  readonly createPartitioner: ICustomPartitioner =
    () =>
    ({ topic, partitionMetadata, message }) => {
      if (this.seen.get(topic) !== partitionMetadata) this.learn(topic, partitionMetadata);
      return message.partition!;
    };

  /** Undefined: nothing was sent there yet. */
  of(partition: TopicPartition): number | undefined {
    return this.leaders.get(nameOf(partition));
  }

  private learn(topic: string, found: readonly PartitionMetadata[]): void {
    this.seen.set(topic, found);
    for (const { partitionId: partition, leader } of found) this.leaders.set(nameOf({ topic, partition }), leader);
  }
}
