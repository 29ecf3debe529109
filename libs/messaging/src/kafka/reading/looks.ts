/**
 * Who leads what is to be read: found out before it is needed, and again whenever a broker says that it is another one.
 * Promises: one look at the cluster at a time, which whoever wants one shares; a look that does not end in time, or a broker that does not come to be connected,
 * rejects, and who asks again begins anew.
 */
import type { TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import type { ClientCluster, ClusterMetadata } from '../client/client-cluster.ts';
import type { ClientBroker } from '../client/record-requests.ts';
import { connectedBroker } from '../client/connected-broker.ts';
import { inTime, Late, patienceMs as usualPatienceMs } from '../in-time.ts';
import { Leaders } from '../leaders.ts';

export class Looks {
  private readonly leaders: Leaders;
  private readonly topics = new Set<string>();
  private looking: Promise<void> | undefined;
  /** Also what nobody waits for any more. */
  private readonly asked = new Set<Promise<unknown>>();
  /** Looks that did not end in time, and have not since. */
  private readonly hung = new Set<Promise<void>>();
  private isClosed = false;

  constructor(
    private readonly cluster: ClientCluster,
    private readonly wanted: () => readonly TopicPartition[],
    private readonly patienceMs = usualPatienceMs,
  ) {
    this.leaders = new Leaders(cluster);
  }

  /** By whose answer it is known who leads. */
  get last(): ClusterMetadata | null | undefined {
    return this.cluster.brokerPool.metadata;
  }

  leaderOf(partition: TopicPartition): number | undefined {
    return this.leaders.of(partition);
  }

  /** One of those that nobody leads, as far as is known. */
  get leaderless(): TopicPartition | undefined {
    return this.wanted().find((partition) => this.leaderOf(partition) === undefined);
  }

  /** For the next look. */
  know(topics: readonly string[]): void {
    for (const topic of topics) this.topics.add(topic);
  }

  /** Rejects also when nobody leads something. */
  look(): Promise<void> {
    this.looking ??= this.lookInTime().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Resolves when the cluster is asked nothing any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.asked);
  }

  connected(nodeId: number): Promise<ClientBroker> {
    const { cluster, patienceMs } = this;
    // As a rule it is, and each fetch asks.
    const isThere = cluster.brokerPool.brokers?.[nodeId]?.isConnected?.() === true;
    if (isThere) return cluster.findBroker({ nodeId });
    return connectedBroker(cluster, nodeId, patienceMs, (answer) => this.inTime(answer));
  }

  private inTime<T>(answer: Promise<T>): Promise<T> {
    this.asked.add(answer);
    const noLonger = (): void => void this.asked.delete(answer);
    answer.then(noLonger, noLonger);
    return inTime(answer, this.patienceMs);
  }

  private async lookInTime(): Promise<void> {
    const look = this.lookOnce();
    try {
      await this.inTime(look);
    } catch (error) {
      if (error instanceof Late) {
        const noLonger = (): void => void this.hung.delete(look);
        this.hung.add(look);
        look.then(noLonger, noLonger);
      }
      throw error;
    }
  }

  /** The client shares a look that is under way with whoever asks for one, however long it takes. */
  private async refresh(): Promise<void> {
    const { brokerPool, targetTopics } = this.cluster;
    if (this.hung.size > 0 && brokerPool.refreshMetadata) await brokerPool.refreshMetadata([...targetTopics]);
    else await this.cluster.refreshMetadata();
  }

  private async lookOnce(): Promise<void> {
    const { cluster, topics } = this;
    if (!cluster.isConnected()) await cluster.connect();
    if (this.isClosed) return;
    this.know(this.wanted().map(({ topic }) => topic));
    if ([...topics].every((topic) => cluster.targetTopics.has(topic))) await this.refresh();
    else await cluster.addMultipleTargetTopics([...topics]);
    const left = this.leaderless;
    if (left) throw new Error(`nobody leads ${nameOf(left)}`);
  }
}
