/**
 * The cluster as Kafka's client sees it: who leads what, and connections to brokers. The client keeps it to itself, and makes one for each producer and
 * consumer; whoever sends requests of its own has one of its own.
 */
import type { Kafka, PartitionMetadata } from 'kafkajs';
import { abandonRequests, type ConnectionPool } from './broken-connections.ts';
import { lookPastTopics, type BrokerPool } from './leaderless-partitions.ts';
import type { ClientBroker } from './record-requests.ts';
import { RecordBroker, type Broker } from './wire/record-broker.ts';

export interface ClusterMetadata {
  readonly topicMetadata: readonly {
    readonly topic: string;
    readonly partitionMetadata: readonly PartitionMetadata[];
  }[];
}

interface Connected {
  readonly connectionPool: Pick<ConnectionPool, 'pool'>;
  isConnected?(): boolean;
}

/** As far as everybody uses it. */
export interface ClusterView {
  readonly targetTopics: ReadonlySet<string>;
  /** `metadata`: another object each time the cluster was looked at; `metadataExpireAt`: ms since 1970, null once it is known to be out of date. */
  readonly brokerPool: {
    readonly metadata?: ClusterMetadata | null;
    readonly metadataExpireAt?: number | null;
    /** The one that was found first, and those that are known since. */
    readonly seedBroker?: Connected | null;
    readonly brokers?: Readonly<Record<string, Connected>>;
    /** Unlike the cluster's own it is another look each time. */
    refreshMetadata?(topics: readonly string[]): Promise<unknown>;
  };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  /** Looks at the cluster if one of them is new. */
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** If the last look is five minutes ago, or a broker has gone since. */
  refreshMetadataIfNecessary(): Promise<void>;
}
/** For whoever reads or produces. */
export interface ClientCluster extends ClusterView {
  /** Connected. */
  findBroker(of: { readonly nodeId: number }): Promise<ClientBroker>;
}

/** As the client makes it: what its brokers know of records is not used. */
type TheirCluster = Omit<ClusterView, 'brokerPool'> & {
  readonly brokerPool: ClusterView['brokerPool'] & BrokerPool;
  findBroker(of: { readonly nodeId: number }): Promise<Broker>;
};
type CreateCluster = (options: { metadataMaxAge: number; allowAutoTopicCreation: boolean }) => TheirCluster;

const metadataMaxAge = 300_000;

/** One of its own, which looks past topics that are not there. */
export function newCluster(kafka: Kafka): TheirCluster {
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith(':createCluster'));
  const create = name && (kafka as unknown as Record<symbol, CreateCluster>)[name];
  if (!create) throw new Error('This version of kafkajs makes its clusters in another way.');
  const cluster = create({ metadataMaxAge, allowAutoTopicCreation: false });
  lookPastTopics(cluster.brokerPool);
  return cluster;
}

export function clusterOf(kafka: Kafka): ClientCluster {
  const cluster = newCluster(kafka);
  const find = cluster.findBroker.bind(cluster);
  const brokers = new WeakMap<Broker, RecordBroker>();
  return Object.assign(cluster, {
    findBroker: async (of: { readonly nodeId: number }): Promise<RecordBroker> => {
      const theirs = await find(of);
      const known = brokers.get(theirs) ?? new RecordBroker(theirs);
      brokers.set(theirs, known);
      return known;
    },
  });
}

/** The last look at it is too old, or a broker has gone since. */
export const isStale = ({ brokerPool: { metadataExpireAt } }: ClusterView): boolean =>
  !metadataExpireAt || metadataExpireAt < Date.now();

/** Whatever its brokers were asked fails at once: who disconnects it next waits for none of them. */
export function abandon({ brokerPool: { seedBroker, brokers = {} } }: ClusterView): void {
  for (const one of [seedBroker, ...Object.values(brokers)]) if (one) abandonRequests(one.connectionPool);
}
