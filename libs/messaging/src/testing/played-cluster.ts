/** Two brokers that are played under Kafka's real client and under our own reader, so that a spec decides in which order things happen: partition 0 is led by broker 1, partition 1 by broker 2. */
import '../kafka/client/client.ts';
import type { ClientCluster, ClusterMetadata } from '../kafka/client/client-cluster.ts';
import type { FetchedPartition, FetchRequest, FetchResponse } from '../kafka/client/record-requests.ts';
import type { GroupBroker, GroupCluster } from '../kafka/client/group-cluster.ts';
import type { Cluster } from '../kafka/cluster.ts';
import { KafkaMember, type MemberOptions } from '../kafka/kafka-member.ts';
import type { MessageLog } from '../message-log.ts';
import { metadataOf } from './made-up-metadata.ts';
import { PlayedCoordinator, playedTopic } from './played-coordinator.ts';
import { PlayedRecords, type Asked } from './played-records.ts';

/** As brokers number them. */
const offsetOutOfRange = 1;
const notLeader = 6;

export class PlayedCluster extends PlayedCoordinator {
  /** From which offset broker 2 was asked, fetch by fetch. */
  readonly fetchesAt2: number[] = [];
  /** How often it was asked for the ends of its partitions: once an assignment. */
  looks = 0;
  /** How often the client looked whether there is something new, which it does each time round. */
  rounds = 0;
  /** The client looks at the cluster. */
  whileLooking = async (): Promise<void> => {};
  /** Whatever it knows: before its group is dealt out, and when a topic is missing. */
  whileLookingAnew = async (): Promise<void> => {};
  /** Of the topic, as the client knows it. */
  count = 2;
  /** Fetches wait until there is something, from then on. */
  isPatient = false;
  whileDisconnecting = (): void | Promise<void> => {};
  beforeConnecting = async (): Promise<void> => {};
  /** Whoever is connected to brokers, to any. */
  readonly connected = new Set<object>();
  private readonly coordinating = {};
  private readonly records = new PlayedRecords();
  private readonly leaders = [1, 2];

  append(partition: number, value: string): void {
    this.records.append(partition, value);
  }

  /** What is older is no longer there. */
  expire(partition: number, start: number): void {
    this.records.expire(partition, start);
  }

  /** As when its broker comes back from an older copy. */
  shorten(partition: number, end: number): void {
    this.records.shorten(partition, end);
  }

  /** Of partition 0, to broker 2: a fetch at broker 1 is told so. */
  moveLeader(): void {
    this.leaders[0] = 2;
    this.records.wake();
  }

  /** The client of a member. */
  get isConnected(): boolean {
    return this.connected.has(this.coordinating);
  }

  /** A log, as far as consumers of a group need one. */
  get log(): MessageLog {
    const join: MessageLog['join'] = async (group) => {
      const member = new KafkaMember(group, this.memberOptions);
      await member.start();
      return member;
    };
    return { join } as MessageLog;
  }

  get memberOptions(): MemberOptions {
    return {
      cluster: this.questions as unknown as Cluster,
      brokers: this.brokers(),
      coordination: this.coordination,
      sessionTimeoutMs: 6_000,
      onTrouble: () => {},
      onEnd: () => {},
    };
  }

  /** For the members' own readers, one each. */
  brokers(): ClientCluster {
    const pool: { metadata: ClusterMetadata | null; metadataExpireAt: number } = {
      metadata: null,
      metadataExpireAt: Infinity,
    };
    const targetTopics = new Set<string>();
    const look = async (): Promise<void> => void (pool.metadata = metadataOf(playedTopic, this.leaders));
    return {
      ...this.connection(pool),
      targetTopics,
      brokerPool: pool,
      addMultipleTargetTopics: async (topics) => {
        for (const topic of topics) targetTopics.add(topic);
        await look();
      },
      refreshMetadata: look,
      refreshMetadataIfNecessary: async () => {},
      findBroker: async ({ nodeId }) => ({
        connectionPool: { pool: [] },
        fetch: (request) => this.fetch(nodeId, request),
        produce: () => Promise.reject(new Error('nothing is produced here')),
      }),
    };
  }

  private connection(key: object) {
    return {
      connect: async () => {
        await this.beforeConnecting();
        this.connected.add(key);
      },
      disconnect: async () => {
        this.connected.delete(key);
        await this.whileDisconnecting();
      },
      isConnected: () => this.connected.has(key),
    };
  }

  private async fetch(nodeId: number, { topics, maxWaitTime }: FetchRequest): Promise<FetchResponse> {
    const asked = topics[0]!.partitions.map(({ partition, fetchOffset }) => ({ partition, from: Number(fetchOffset) }));
    if (nodeId === 2) this.fetchesAt2.push(...asked.map(({ from }) => from));
    const isMoved = (): boolean => asked.some(({ partition }) => this.leaders[partition] !== nodeId);
    await this.records.until(
      () => isMoved() || this.records.has(asked) || this.records.outside(asked) !== undefined,
      this.isPatient ? 60_000 : maxWaitTime,
    );
    const partitions = asked.map(({ partition, from }) => {
      const errorCode = this.errorOf(nodeId, { partition, from });
      const messages = errorCode === 0 ? this.records.of(partition).slice(from) : [];
      return { partition, errorCode, abortedTransactions: [], messages: messages as FetchedPartition['messages'] };
    });
    return { responses: [{ topicName: playedTopic, partitions }] };
  }

  private errorOf(nodeId: number, asked: Asked): number {
    if (this.leaders[asked.partition] !== nodeId) return notLeader;
    return this.records.outside([asked]) ? offsetOutOfRange : 0;
  }

  /** What a member asks of the group. */
  private readonly coordination: GroupCluster = {
    ...this.connection(this.coordinating),
    targetTopics: new Set([playedTopic]),
    brokerPool: { brokers: this.coordinators as unknown as Record<string, GroupBroker> },
    addMultipleTargetTopics: async () => {},
    refreshMetadata: () => this.whileLookingAnew(),
    refreshMetadataIfNecessary: () => {
      this.rounds += 1;
      return this.whileLooking();
    },
    findTopicPartitionMetadata: () => Array.from({ length: this.count }, (_, partitionId) => ({ partitionId })),
    findBroker: async () => {
      this.connected.add(this.coordinating);
      return this.coordinator;
    },
  };

  /** What the adapter asks the cluster itself. */
  private readonly questions = {
    ask: async (question: (admin: object) => Promise<unknown>) => {
      await this.beforeAnswering();
      return question({
        fetchTopicOffsets: async () => {
          this.looks += 1;
          return [0, 1].map((partition) => ({ partition, ...this.records.bounds(partition) }));
        },
      });
    },
  };
}
