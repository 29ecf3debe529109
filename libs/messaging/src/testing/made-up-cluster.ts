/** A cluster as Kafka's client sees it, made up for specs: who leads, what brokers refuse, and what was asked of them. A topic `t`, a partition for each of `leaders`. */
import type { KafkaMessage } from 'kafkajs';
import type { ClientCluster, ClusterMetadata } from '../kafka/client/client-cluster.ts';
import type {
  ClientBroker,
  FetchRequest,
  FetchResponse,
  ProduceRequest,
  ProduceResponse,
} from '../kafka/client/record-requests.ts';
import { metadataOf } from './made-up-metadata.ts';

export const refusal = (name: string, more: object = {}): Error =>
  Object.assign(new Error(name), { name, retriable: true, ...more });

/** As brokers number them. */
const offsetOutOfRange = 1;
const notLeader = 6;

export class MadeUpCluster {
  readonly leaders: number[];
  /** Records and the broker that took them. */
  readonly written: string[] = [];
  readonly produces: ProduceRequest[] = [];
  /** From where which partitions were asked for at which broker: `1: 0@5 1@7`. */
  readonly fetches: string[] = [];
  readonly done: string[] = [];
  /** Thrown by the next requests to that broker. */
  readonly refusals = new Map<number, Error[]>();
  /** The next answers for that partition, as brokers number them. */
  readonly refusedPartitions = new Map<number, number[]>();
  isConnected = true;
  /** The answer to a fetch is on its way for as long as this lasts. */
  whileAnswering = async (_nodeId: number): Promise<void> => {};
  private readonly records: KafkaMessage[][];
  private readonly waiting = new Set<() => void>();
  private readonly targetTopics = new Set<string>();
  private readonly brokerPool: { metadata: ClusterMetadata | null; metadataExpireAt: number | null } = {
    metadata: null,
    metadataExpireAt: null,
  };

  constructor(...leaders: number[]) {
    this.leaders = leaders;
    this.records = leaders.map(() => []);
  }

  append(partition: number, ...values: string[]): void {
    const of = this.records[partition]!;
    for (const value of values)
      of.push({
        offset: String(of.length),
        timestamp: '0',
        attributes: 0,
        key: Buffer.from('k'),
        value: Buffer.from(value),
        headers: {},
      });
    this.wake();
  }

  readonly look = async (): Promise<void> => {
    this.done.push('look');
    this.brokerPool.metadata = metadataOf('t', this.leaders);
    this.brokerPool.metadataExpireAt = Date.now() + 60_000;
  };

  readonly cluster: ClientCluster = {
    targetTopics: this.targetTopics,
    brokerPool: this.brokerPool,
    connect: async () => {
      this.done.push('connect');
      this.isConnected = true;
    },
    disconnect: async () => {
      this.isConnected = false;
      this.wake();
    },
    isConnected: () => this.isConnected,
    addMultipleTargetTopics: async (topics) => {
      const before = this.targetTopics.size;
      for (const topic of topics) this.targetTopics.add(topic);
      if (this.targetTopics.size > before) await this.look();
    },
    refreshMetadata: this.look,
    refreshMetadataIfNecessary: this.look,
    findBroker: async ({ nodeId }) => this.broker(nodeId),
  };

  private broker(nodeId: number): ClientBroker {
    return {
      connectionPool: { pool: [] },
      produce: async (request) => {
        this.produces.push(request);
        this.refuse(nodeId);
        return this.produce(nodeId, request);
      },
      fetch: (request) => this.fetch(nodeId, request),
    };
  }

  private produce(nodeId: number, { topicData }: ProduceRequest): ProduceResponse {
    const topics = topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition, messages }) => {
        const errorCode =
          this.refusedPartitions.get(partition)?.shift() ?? (this.leaders[partition] === nodeId ? 0 : notLeader);
        if (errorCode !== 0) return { partition, errorCode, baseOffset: -1 };
        this.written.push(...messages.map(({ value }) => `${value as string} at ${nodeId}`));
        return { partition, errorCode, baseOffset: 100 * nodeId + partition };
      }),
    }));
    return { topics };
  }

  private async fetch(nodeId: number, { topics }: FetchRequest): Promise<FetchResponse> {
    const asked = topics.flatMap(({ partitions }) => partitions);
    this.fetches.push(
      `${nodeId}: ${asked.map(({ partition, fetchOffset }) => `${partition}@${fetchOffset}`).join(' ')}`,
    );
    this.refuse(nodeId);
    // More than is there, or less: both are answered at once.
    const isAnswered = (): boolean =>
      asked.some(({ partition, fetchOffset }) => this.records[partition]!.length !== Number(fetchOffset));
    while (!isAnswered() && this.isConnected) await new Promise<void>((resolve) => this.waiting.add(resolve));
    if (!this.isConnected) throw refusal('KafkaJSConnectionError');
    this.refuse(nodeId);
    const partitions = asked.map(({ partition, fetchOffset }) => {
      const errorCode = this.errorOf(nodeId, partition, Number(fetchOffset));
      const messages = errorCode === 0 ? this.records[partition]!.slice(Number(fetchOffset)) : [];
      return { partition, errorCode, abortedTransactions: [], messages };
    });
    await this.whileAnswering(nodeId);
    return { responses: [{ topicName: 't', partitions }] };
  }

  private errorOf(nodeId: number, partition: number, from: number): number {
    if (this.leaders[partition] !== nodeId) return notLeader;
    if (from > this.records[partition]!.length) return offsetOutOfRange;
    return this.refusedPartitions.get(partition)?.shift() ?? 0;
  }

  /** Fetches that wait look again. */
  private wake(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  private refuse(nodeId: number): void {
    const refused = this.refusals.get(nodeId)?.shift();
    if (refused) throw refused;
  }
}
