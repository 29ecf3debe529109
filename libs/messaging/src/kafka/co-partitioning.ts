/**
 * Who of a group gets which partitions: number n of every topic goes to one member, numbers are spread evenly.
 * Promise: the same members and topics give the same answer, so that a leader who comes back changes nothing.
 */
import type { Assignment, Cluster, PartitionAssigner } from 'kafkajs';
import { AssignerProtocol } from './client/client.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const version = 1;

export const assignByNumber: PartitionAssigner = ({ cluster }) => ({
  name: 'waybill-by-number',
  version,
  async assign({ members }) {
    const topicsOf = new Map(
      members.map(({ memberId, memberMetadata }) => [memberId, MemberMetadata.decode(memberMetadata)?.topics ?? []]),
    );
    const topics = [...new Set([...topicsOf.values()].flat())];
    // The leader knows of its own topics alone.
    await cluster.addMultipleTargetTopics(topics);
    const numbers = new Map(topics.map((topic) => [topic, numbersOf(cluster, topic)]));
    return shares(topicsOf, numbers).map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
    }));
  },
  protocol: ({ topics }) => ({
    name: 'waybill-by-number',
    metadata: MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
});

const numbersOf = (cluster: Cluster, topic: string): readonly number[] =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);

/**
 * Of each member its partitions by topic; a topic is shared by those who read it. Its numbers are dealt out from the first reader on, those of
 * topics with a single partition from where their names say, so that they do not all meet at one member.
 */
export function shares(
  topicsOf: ReadonlyMap<string, readonly string[]>,
  partitions: ReadonlyMap<string, readonly number[]>,
): [string, Assignment][] {
  const byMember = new Map<string, Assignment>([...topicsOf.keys()].map((memberId) => [memberId, {}]));
  for (const [topic, numbers] of partitions) {
    const readers = [...topicsOf].filter(([, topics]) => topics.includes(topic)).map(([memberId]) => memberId);
    const first = numbers.length === 1 ? checksum(topic) : 0;
    for (const number of numbers) {
      const assignment = byMember.get(readers.toSorted()[(number + first) % readers.length]!)!;
      (assignment[topic] ??= []).push(number);
    }
  }
  return [...byMember];
}

function checksum(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) % 65_521;
  return sum;
}
