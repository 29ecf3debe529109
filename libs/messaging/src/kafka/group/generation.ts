/** One generation of a group: who joined it, and which partitions each got. Whoever is told that it is the leader deals them out to all. */
import type { Assignment } from 'kafkajs';
import type { GroupBroker, GroupCluster, Joined } from '../client/group-cluster.ts';
import { inTime } from '../in-time.ts';
import { Pauses } from '../../back-off.ts';
import { assignmentIn, assignmentsOf, protocolOf, topicsOf } from './co-partitioning.ts';
import { missingTopic } from './known-topics.ts';

export interface Generation {
  readonly memberId: string;
  readonly generationId: number;
  readonly assignment: Assignment;
  /** How many partitions each topic had when they were dealt out: its own, and to the leader those of all members. */
  readonly counts: ReadonlyMap<string, number>;
}

export interface GenerationOptions {
  readonly cluster: GroupCluster;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
}

/** Who is to join may take as long as this: its handlers run to their end first. */
export const rebalanceTimeoutMs = 30_000;

/** `memberId`: as the member that it was; empty: as a new one. */
export async function join(
  { groupId, topics, sessionTimeoutMs }: GenerationOptions,
  coordinator: GroupBroker,
  memberId: string,
): Promise<Joined> {
  return coordinator.joinGroup({
    groupId,
    memberId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    groupProtocols: [protocolOf(topics)],
  });
}

export async function sync(
  options: GenerationOptions,
  coordinator: GroupBroker,
  { memberId, leaderId, generationId, members }: Joined,
): Promise<Generation> {
  const { cluster, groupId, topics, sessionTimeoutMs } = options;
  const read = memberId === leaderId ? topicsOf(members) : new Map<string, readonly string[]>();
  const dealt = [...new Set([...read.values()].flat())];
  // After a session it would be no member any more.
  if (dealt.length > 0) await inTime(lookFor(cluster, dealt), sessionTimeoutMs);
  const counts = new Map([...topics, ...dealt].map((topic) => [topic, numbersOf(cluster, topic).length]));
  const groupAssignment = assignmentsOf(read, new Map(dealt.map((topic) => [topic, numbersOf(cluster, topic)])));
  const { memberAssignment } = await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment });
  return { memberId, generationId, assignment: assignmentIn(memberAssignment), counts };
}

/** One of its topics has got partitions that nobody was assigned, as far as the last look knows. */
export const isOutdated = ({ counts }: Generation, cluster: GroupCluster): boolean =>
  [...counts].some(([topic, count]) => numbersOf(cluster, topic).length > count);

/** A topic that is not there is dealt out when it is: its readers read the others meanwhile. */
async function lookFor(cluster: GroupCluster, topics: readonly string[]): Promise<void> {
  await missingTopic(cluster, topics, { attempts: 4, rests: new Pauses(), isUnwanted: () => false });
}

const numbersOf = (cluster: GroupCluster, topic: string): readonly number[] =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
