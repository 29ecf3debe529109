/** Two brokers that are played under Kafka's real client, so that a spec decides in which order things happen: partition 0 is led by broker 1, partition 1 by broker 2. */
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';
import '../kafka/client/client.ts';
import type { Cluster } from '../kafka/cluster.ts';
import { KafkaMember, type MemberOptions } from '../kafka/kafka-member.ts';
import type { MessageLog } from '../message-log.ts';
import { PlayedCoordinator, playedTopic } from './played-coordinator.ts';
import { PlayedRecords, type Asked } from './played-records.ts';

const require = createRequire(import.meta.url);
const createConsumer = require('kafkajs/src/consumer/index.js') as (options: object) => unknown;
const { LEVELS, createLogger } = require('kafkajs/src/loggers/index.js') as {
  LEVELS: { NOTHING: number };
  createLogger: (options: object) => object;
};

interface Fetching {
  readonly topics: readonly { readonly partitions: readonly { partition: number; fetchOffset: string }[] }[];
}
export class PlayedCluster extends PlayedCoordinator {
  /** From which offset broker 2 was asked, fetch by fetch. */
  readonly fetchesAt2: number[] = [];
  /** How often it was asked for the ends of its partitions: once an assignment. */
  looks = 0;
  /** Fetches fail in a way that ends the client. */
  isFatal = false;
  whileDisconnecting = (): void | Promise<void> => {};
  beforeConnecting = async (): Promise<void> => {};
  isConnected = false;
  /** A question of the adapter's own. */
  beforeAnswering = async (): Promise<void> => {};
  private readonly records = new PlayedRecords();
  private isMoving = false;
  private readonly offsets = new Map<string, object>();

  append(partition: number, value: string): void {
    this.records.append(partition, value);
  }

  /** Of partition 0: a fetch at broker 1 is told so, and its client joins its group anew. */
  moveLeader(): void {
    this.isMoving = true;
    this.records.wake();
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
    const kafka = { consumer: (config: object) => createConsumer({ ...this.clientOptions, ...config }) };
    return {
      kafka: kafka as unknown as Kafka,
      cluster: this.questions as unknown as Cluster,
      sessionTimeoutMs: 6_000,
      partitionCount: 2,
      onTrouble: () => {},
      onEnd: () => {},
    };
  }

  private async fetch(nodeId: number, { topics }: Fetching): Promise<object> {
    const asked = topics[0]!.partitions.map(({ partition, fetchOffset }) => ({ partition, from: Number(fetchOffset) }));
    if (nodeId === 2) this.fetchesAt2.push(...asked.map(({ from }) => from));
    if (this.isFatal) throw Object.assign(new Error('no'), { name: 'KafkaJSNotImplemented' });
    const isMoving = (): boolean => nodeId === 1 && this.isMoving;
    await this.records.until(
      () => isMoving() || this.records.has(asked) || this.records.beyondEnd(asked) !== undefined,
    );
    if (isMoving()) {
      this.isMoving = false;
      throw Object.assign(new Error('not the leader'), { type: 'NOT_LEADER_FOR_PARTITION', retriable: true });
    }
    this.refuseBeyondEnd(asked);
    const partitions = asked.map(({ partition, from }) => {
      const records = this.records.of(partition);
      return {
        partition,
        highWatermark: String(records.length),
        abortedTransactions: [],
        messages: records.slice(from),
      };
    });
    return { responses: [{ topicName: playedTopic, partitions }] };
  }

  private refuseBeyondEnd(asked: readonly Asked[]): void {
    const found = this.records.beyondEnd(asked);
    if (!found) return;
    const { partition } = found;
    throw Object.assign(new Error('out of range'), { name: 'KafkaJSOffsetOutOfRange', topic: playedTopic, partition });
  }

  /** The client's own view of the cluster. */
  private readonly clientOptions = {
    logger: createLogger({ level: LEVELS.NOTHING, logCreator: () => () => {} }),
    isolationLevel: 1,
    metadataMaxAge: 300_000,
    cluster: {
      connect: async () => {
        await this.beforeConnecting();
        this.isConnected = true;
      },
      disconnect: async () => {
        this.isConnected = false;
        await this.whileDisconnecting();
      },
      isConnected: () => true,
      addMultipleTargetTopics: async () => {},
      refreshMetadata: async () => {},
      refreshMetadataIfNecessary: async () => {},
      removeBroker: () => {},
      getNodeIds: () => [1, 2],
      findTopicPartitionMetadata: () => [0, 1].map((partitionId) => ({ partitionId, leader: partitionId + 1 })),
      findGroupCoordinator: async () => this.coordinator,
      findBroker: async ({ nodeId }: { nodeId: number }) => ({
        fetch: (request: Fetching) => this.fetch(nodeId, request),
      }),
      defaultOffset: () => -2,
      fetchTopicsOffset: async (asked: readonly { topic: string; partitions: readonly { partition: number }[] }[]) =>
        asked.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition }) => ({ partition, offset: '0' })),
        })),
      committedOffsets: ({ groupId }: { groupId: string }) => {
        if (!this.offsets.has(groupId)) this.offsets.set(groupId, {});
        return this.offsets.get(groupId);
      },
    },
  };

  /** What the adapter asks the cluster itself. */
  private readonly questions = {
    ask: async (question: (admin: object) => Promise<unknown>) => {
      await this.beforeAnswering();
      return question({
        fetchOffsets: async () => this.stored(),
        fetchTopicOffsets: async () => {
          this.looks += 1;
          return [0, 1].map((partition) => ({ partition, low: '0', high: String(this.records.of(partition).length) }));
        },
      });
    },
  };
}
