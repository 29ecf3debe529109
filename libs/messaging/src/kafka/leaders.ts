/** Who leads which partition, as the cluster was when it was last looked at. */
import type { ClientCluster, ClusterMetadata } from './client/client-cluster.ts';
import { nameOf } from '../partition-name.ts';
import type { TopicPartition } from '../message-log.ts';

export class Leaders {
  private seen: ClusterMetadata | undefined;
  private readonly leaders = new Map<string, number>();

  constructor(private readonly cluster: Pick<ClientCluster, 'brokerPool'>) {}

  /** Undefined: its topic is not known yet, or nobody leads it. */
  of(partition: TopicPartition): number | undefined {
    const { metadata } = this.cluster.brokerPool;
    if (metadata && metadata !== this.seen) this.learn(metadata);
    return this.leaders.get(nameOf(partition));
  }

  private learn(metadata: ClusterMetadata): void {
    this.seen = metadata;
    this.leaders.clear();
    for (const { topic, partitionMetadata } of metadata.topicMetadata)
      for (const { partitionId: partition, leader } of partitionMetadata)
        if (leader >= 0) this.leaders.set(nameOf({ topic, partition }), leader);
  }
}
