/** Over brokers that are made up: what becomes of records while leaders move, connections break and brokers refuse. */
import { expect, it } from 'vitest';
import { message } from '../contract/log-under-test.ts';
import type { ClientBroker, ClientCluster, ClusterMetadata, ProduceRequest } from './client/client-cluster.ts';
import { Leaders } from './leaders.ts';
import { Producing } from './producing.ts';

const retry = { firstMs: 1, mostMs: 2, retries: 3 };
const failing = (name: string, more: object = {}): Error =>
  Object.assign(new Error(name), { name, retriable: true, ...more });

/** Partition n is led by `leaders[n]`. The cluster is told of a change by a look only. */
class MadeUpCluster {
  readonly written: string[] = [];
  readonly requests: ProduceRequest[] = [];
  readonly done: string[] = [];
  /** Thrown by the next requests to that broker, instead of writing. */
  readonly refusals = new Map<number, Error[]>();
  isConnected = true;
  readonly leaders: number[];

  constructor(...leaders: number[]) {
    this.leaders = leaders;
  }

  producing(onTrouble?: (error: unknown) => void): Producing {
    return new Producing(this.cluster, new Leaders(this.cluster), onTrouble, retry);
  }

  private readonly targetTopics = new Set<string>();
  private readonly brokerPool: { metadata: ClusterMetadata | null; metadataExpireAt: number | null } = {
    metadata: null,
    metadataExpireAt: null,
  };

  private look = async (): Promise<void> => {
    this.done.push('look');
    const partitionMetadata = this.leaders.map((leader, partitionId) => ({
      ...{ partitionId, leader, partitionErrorCode: 0 },
      ...{ replicas: [], isr: [] },
    }));
    this.brokerPool.metadata = { topicMetadata: [{ topic: 't', partitionMetadata }] };
    this.brokerPool.metadataExpireAt = Date.now() + 60_000;
  };

  private readonly cluster: ClientCluster = {
    targetTopics: this.targetTopics,
    brokerPool: this.brokerPool,
    connect: async () => {
      this.done.push('connect');
      this.isConnected = true;
    },
    disconnect: async () => {},
    isConnected: () => this.isConnected,
    addMultipleTargetTopics: async (topics) => {
      for (const topic of topics) this.targetTopics.add(topic);
      await this.look();
    },
    refreshMetadata: this.look,
    refreshMetadataIfNecessary: this.look,
    removeBroker: ({ host, port }) => void this.done.push(`without ${host}:${port}`),
    findBroker: async ({ nodeId }) => this.broker(nodeId),
  };

  private broker(nodeId: number): ClientBroker {
    return {
      produce: async (request) => {
        this.requests.push(request);
        const refusal = this.refusals.get(nodeId)?.shift();
        if (refusal) throw refusal;
        const topics = request.topicData.map(({ topic, partitions }) => ({
          topicName: topic,
          partitions: partitions.map(({ partition, messages }) => {
            if (this.leaders[partition] !== nodeId) throw failing('moved', { type: 'NOT_LEADER_FOR_PARTITION' });
            this.written.push(...messages.map(({ value }) => `${value as string} at ${nodeId}`));
            return { partition, baseOffset: String(100 * nodeId + partition) };
          }),
        }));
        return { topics };
      },
    };
  }
}

const produces = [0, 1, 2].map((partition) => ({
  topic: 't',
  partition,
  messages: [message('t', 'k', `of ${partition}`)],
}));

it('sends to each leader what it leads, and takes nothing for written before all in-sync replicas have it', async () => {
  const cluster = new MadeUpCluster(1, 2, 1);
  expect(await cluster.producing().send(produces)).toEqual([100, 201, 102]);
  expect(cluster.requests.map(({ acks }) => acks)).toEqual([-1, -1]);
  expect(cluster.written.toSorted()).toEqual(['of 0 at 1', 'of 1 at 2', 'of 2 at 1']);
});

it('looks at the cluster once, until something goes wrong', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  const producing = cluster.producing();
  await producing.send(produces);
  await producing.send(produces);
  expect(cluster.done).toEqual(['look']);
});

it('follows a leader that has moved, also to a broker that has answered, and repeats nothing that has an answer', async () => {
  const cluster = new MadeUpCluster(1, 2, 3);
  const troubles: unknown[] = [];
  const producing = cluster.producing((error) => troubles.push(error));
  await producing.send([]);
  await producing.send(produces.slice(2)); // the leaders are known
  cluster.leaders[1] = 1;
  expect(await producing.send(produces)).toEqual([100, 101, 302]);
  expect(cluster.written).toEqual(['of 2 at 3', 'of 0 at 1', 'of 2 at 3', 'of 1 at 1']);
  expect(troubles).toEqual([expect.objectContaining({ type: 'NOT_LEADER_FOR_PARTITION' })]);
});

it('forgets a connection that was closed, and connects when none is left', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  cluster.refusals.set(1, [failing('KafkaJSConnectionClosedError', { host: 'h', port: 9 })]);
  const producing = cluster.producing(() => (cluster.isConnected = false));
  expect(await producing.send(produces)).toEqual([100, 101, 102]);
  expect(cluster.done).toEqual(['look', 'without h:9', 'connect', 'look']);
});

it('waits for a partition that nobody leads', async () => {
  const cluster = new MadeUpCluster(1, -1, 1);
  const producing = cluster.producing(() => (cluster.leaders[1] = 2));
  expect(await producing.send(produces)).toEqual([100, 201, 102]);
});

it('rejects at once what will not pass, and after its retries what does not', async () => {
  const cluster = new MadeUpCluster(1, 1, 1);
  cluster.refusals.set(1, [failing('too large', { retriable: false })]);
  await expect(cluster.producing().send(produces)).rejects.toThrow('too large');
  expect(cluster.requests).toHaveLength(1);
  const away = Array.from({ length: 9 }, () => failing('away'));
  cluster.refusals.set(1, away);
  await expect(cluster.producing().send(produces)).rejects.toThrow('away');
  expect(away).toHaveLength(5);
});
