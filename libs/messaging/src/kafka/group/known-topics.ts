/** A topic that was made a moment ago is known to some of the brokers only, and a look at the cluster takes the word of whichever it asks: for some seconds it is asked again. */
import { backOffMs, type Pauses } from '../../back-off.ts';
import type { GroupCluster } from '../client/group-cluster.ts';

const times = { firstMs: 50, mostMs: 2_000 };

export interface Asking {
  readonly attempts: number;
  readonly rests: Pauses;
  readonly isUnwanted: () => boolean;
}

/** One that is still not there after so many looks; undefined also where nobody wants to know any more. */
export async function missingTopic(
  cluster: GroupCluster,
  topics: readonly string[],
  { attempts, rests, isUnwanted }: Asking,
): Promise<string | undefined> {
  for (let looks = 1; !isUnwanted(); looks += 1) {
    await look(cluster, topics);
    const missing = topics.find((topic) => cluster.findTopicPartitionMetadata(topic).length === 0);
    if (missing === undefined || looks === attempts) return missing;
    if (!isUnwanted()) await rests.wait(backOffMs(times, looks));
  }
  return undefined;
}

async function look(cluster: GroupCluster, topics: readonly string[]): Promise<void> {
  if (topics.every((topic) => cluster.targetTopics.has(topic))) await cluster.refreshMetadata();
  else await cluster.addMultipleTargetTopics(topics);
}
