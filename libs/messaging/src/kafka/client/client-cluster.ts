/**
 * The cluster as Kafka's client sees it: who leads what, and connections to brokers. The client keeps it to itself, and makes one for each producer and
 * consumer; whoever sends requests of its own has one of its own.
 */
import type { Kafka, KafkaMessage, Message, PartitionMetadata } from 'kafkajs';
import type { ConnectionPool } from './broken-connections.ts';
import type { FetchedRecord } from './wire/fetch-decoding.ts';
import type { FetchBody } from './wire/fetch-encoding.ts';

export interface ClusterMetadata {
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly PartitionMetadata[];
  }[];
}

export interface TopicRecords {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
}
export interface ProduceRequest {
  /** -1: acknowledged once all in-sync replicas have it. */
  readonly acks: -1;
  /** ms, for those replicas. */
  readonly timeout: number;
  readonly topicData: readonly TopicRecords[];
}
export interface ProduceResponse {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly { readonly partition: number; readonly baseOffset: string }[];
  }[];
}
export interface FetchRequest {
  /** How long it waits for the first record, ms. */
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** 1: nothing of transactions that were not committed. */
  readonly isolationLevel: 1;
  readonly topics: FetchBody['topics'];
}
export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  readonly abortedTransactions: readonly object[];
  /** May begin before the offset that was asked for. */
  readonly messages: readonly (FetchedRecord | (KafkaMessage & { readonly isControlRecord?: boolean }))[];
}
export interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}
/** Its requests reject when one of their partitions was refused. */
export interface ClientBroker {
  readonly connectionPool: Pick<ConnectionPool, 'pool'>;
  produce(request: ProduceRequest): Promise<ProduceResponse>;
  fetch(request: FetchRequest): Promise<FetchResponse>;
}

export interface ClientCluster {
  readonly targetTopics: ReadonlySet<string>;
  /** `metadata`: another object each time the cluster was looked at; `metadataExpireAt`: ms since 1970, null once it is known to be out of date. */
  readonly brokerPool: { readonly metadata?: ClusterMetadata | null; readonly metadataExpireAt?: number | null };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  /** Looks at the cluster if one of them is new. */
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** If the last look is five minutes ago, or a broker has gone since. */
  refreshMetadataIfNecessary(): Promise<void>;
  /** After a connection was closed. */
  removeBroker(address: { readonly host?: string; readonly port?: number }): void;
  /** Connected. */
  findBroker(of: { readonly nodeId: number }): Promise<ClientBroker>;
}

type CreateCluster = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => ClientCluster;

const metadataMaxAge = 300_000;

export function clusterOf(kafka: Kafka): ClientCluster {
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith(':createCluster'));
  const create = name && (kafka as unknown as Record<symbol, CreateCluster>)[name];
  if (!create) throw new Error('This version of kafkajs makes its clusters in another way.');
  return create({ metadataMaxAge, allowAutoTopicCreation: false });
}

/** The last look at it is too old, or a broker has gone since. */
export const isStale = ({ brokerPool: { metadataExpireAt } }: ClientCluster): boolean =>
  !metadataExpireAt || metadataExpireAt < Date.now();
