/** What a look at a cluster finds in which `leaders[n]` leads partition n of the topic; -1: nobody does. */
import type { ClusterMetadata } from '../kafka/client/client-cluster.ts';

export const metadataOf = (topic: string, leaders: readonly number[]): ClusterMetadata => ({
  topicMetadata: [
    {
      topic,
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
