/**
 * The client shares a look at the cluster that is under way with whoever asks for one, though it began before that one's topics were known: they have no partitions then. A leader
 * that is told so assigns them to nobody, and a group that asks for its positions is told that it has none.
 * Promise: who waits for a look finds all topics that were known when it began to wait.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Cluster {
  readonly targetTopics: ReadonlySet<string>;
  readonly brokerPool: {
    readonly metadata?: { readonly topicMetadata: readonly { readonly topic: string }[] } | null;
  };
  refreshMetadata: (this: Cluster) => Promise<void>;
  refreshMetadataIfNecessary: (this: Cluster) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function lookAgain({ prototype } = clientClass<Cluster>('cluster/index.js')): void {
  for (const name of ['refreshMetadata', 'refreshMetadataIfNecessary'] as const) {
    const look = prototype[name];
    prototype[name] = async function (): Promise<void> {
      const wanted = [...this.targetTopics];
      await look.call(this);
      if (!knows(this, wanted)) await look.call(this); // it began after the first one had ended
    };
  }
}

function knows({ brokerPool }: Cluster, topics: readonly string[]): boolean {
  const known = new Set(brokerPool.metadata?.topicMetadata.map(({ topic }) => topic));
  return topics.every((topic) => known.has(topic));
}
