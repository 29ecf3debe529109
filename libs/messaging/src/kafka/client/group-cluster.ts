/** The cluster as a member of a group sees it: what it asks of brokers, over connections of its own, since one on which a group is being joined answers nothing else. */
import type { Kafka } from 'kafkajs';
import type { ConnectionPool } from './broken-connections.ts';
import { newCluster, type ClusterView } from './client-cluster.ts';

export interface GroupCluster extends ClusterView {
  /** Connected. Rejects where it does not come to be. */
  findBroker(of: { readonly nodeId: number }): Promise<GroupBroker>;
  /** As far as the last look knew; empty: the topic is not there. */
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
}

interface Member {
  readonly groupId: string;
  readonly memberId: string;
}
export interface Joining extends Member {
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}
export interface Joined {
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** The leader alone is told of them. */
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[];
}
export interface MemberAssignment {
  readonly memberId: string;
  readonly memberAssignment: Buffer;
}
export interface OffsetCommit extends Member {
  readonly groupGenerationId: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string; readonly metadata?: string }[];
  }[];
}

/** `offset`: -1 where nothing is committed. */
export interface FetchedOffsets {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata?: string | null;
    }[];
  }[];
}

/** Each rejects with what the broker refuses (`Refusal`), or where the connection breaks. */
export interface GroupBroker {
  readonly connectionPool: Pick<ConnectionPool, 'pool'>;
  isConnected(): boolean;
  findGroupCoordinator(of: { readonly groupId: string; readonly coordinatorType: 0 }): Promise<{
    readonly coordinator: { readonly nodeId: number };
  }>;
  /** Settles when all members have joined, or the rebalance time-out is over. */
  joinGroup(joining: Joining): Promise<Joined>;
  /** Settles when the leader has dealt out the partitions. */
  syncGroup(
    syncing: Member & { readonly generationId: number; readonly groupAssignment: readonly MemberAssignment[] },
  ): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(member: Member & { readonly groupGenerationId: number }): Promise<unknown>;
  leaveGroup(member: Member): Promise<unknown>;
  offsetCommit(commit: OffsetCommit): Promise<unknown>;
  offsetFetch(of: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<FetchedOffsets>;
}

export const groupClusterOf = (kafka: Kafka): GroupCluster => newCluster(kafka) as unknown as GroupCluster;
