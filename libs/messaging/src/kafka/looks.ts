/**
 * Who leads what is to be read: found out before it is needed, and again whenever a broker says that it is another one.
 * Promise: one look at the cluster at a time, which whoever wants one shares.
 */
import type { TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { ClientCluster, ClusterMetadata } from './client/client-cluster.ts';
import { Leaders } from './leaders.ts';

export class Looks {
  private readonly leaders: Leaders;
  private readonly topics = new Set<string>();
  private looking: Promise<void> | undefined;
  private isClosed = false;

  constructor(
    private readonly cluster: ClientCluster,
    private readonly wanted: () => readonly TopicPartition[],
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
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Resolves when the cluster is asked nothing any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.looking?.catch(() => {});
  }

  private async lookOnce(): Promise<void> {
    const { cluster, topics } = this;
    if (!cluster.isConnected()) await cluster.connect();
    if (this.isClosed) return;
    this.know(this.wanted().map(({ topic }) => topic));
    if ([...topics].every((topic) => cluster.targetTopics.has(topic))) await cluster.refreshMetadata();
    else await cluster.addMultipleTargetTopics([...topics]);
    const left = this.leaderless;
    if (left) throw new Error(`nobody leads ${nameOf(left)}`);
  }
}
