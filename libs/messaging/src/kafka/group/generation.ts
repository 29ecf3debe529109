/** One generation of a group: who joined it, and which partitions each got. Whoever is told that it is the leader deals them out to all. */
import type { Assignment } from 'kafkajs';
import type { GroupBroker, GroupCluster, Joined, MemberAssignment } from '../client/group-cluster.ts';
import { inTime } from '../in-time.ts';
import { assignmentIn, assignmentsOf, protocolOf, topicsOf } from './co-partitioning.ts';
import { isPassing } from './group-refusals.ts';
import { missingTopic, type Asking } from './known-topics.ts';

export interface Generation {
  readonly memberId: string;
  readonly generationId: number;
  readonly assignment: Assignment;
  readonly counts: Dealt['counts'];
}

export interface Dealt {
  readonly assignments: readonly MemberAssignment[];
  /** How many partitions each topic of all members had by then. Only to the leader: if another joins again, everybody is told what they have already. */
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
/** Of the leader: the group waits for it. */
const looks = 4;

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

/** Nothing, unless it is the leader. */
export async function dealOut(
  { cluster, sessionTimeoutMs }: Pick<GenerationOptions, 'cluster' | 'sessionTimeoutMs'>,
  { memberId, leaderId, members }: Joined,
  asking: Omit<Asking, 'attempts'>,
): Promise<Dealt> {
  if (memberId !== leaderId) return { assignments: [], counts: new Map() };
  const read = topicsOf(members);
  const topics = [...new Set([...read.values()].flat())];
  await lookFor(cluster, topics, { ms: sessionTimeoutMs / 2, asking: { ...asking, attempts: looks } });
  const numbers = new Map(topics.map((topic) => [topic, numbersOf(cluster, topic)]));
  const counts = new Map([...numbers].map(([topic, of]) => [topic, of.length]));
  return { assignments: assignmentsOf(read, numbers), counts };
}

/** Settles when the leader has dealt out. */
export async function sync(
  { groupId }: Pick<GenerationOptions, 'groupId'>,
  coordinator: GroupBroker,
  { memberId, generationId }: Joined,
  { assignments: groupAssignment, counts }: Dealt,
): Promise<Generation> {
  const { memberAssignment } = await coordinator.syncGroup({ groupId, generationId, memberId, groupAssignment });
  return { memberId, generationId, assignment: assignmentIn(memberAssignment), counts };
}

/** A topic has got partitions that nobody was assigned, as far as the last look knows. */
export const isOutdated = ({ counts }: Generation, cluster: GroupCluster): boolean =>
  [...counts].some(([topic, count]) => numbersOf(cluster, topic).length > count);

/**
 * A topic that is not there is dealt out when it is: its readers read the others meanwhile. So it is where the look fails, or takes that long (the whole group waits for
 * the leader, and after a session it would be no member any more): what is known is dealt out.
 */
async function lookFor(
  cluster: GroupCluster,
  topics: readonly string[],
  { ms, asking }: { readonly ms: number; readonly asking: Asking },
): Promise<void> {
  try {
    await inTime(missingTopic(cluster, topics, asking), ms);
  } catch (error) {
    if (!isPassing(error)) throw error;
  }
}

const numbersOf = (cluster: GroupCluster, topic: string): readonly number[] =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
