/**
 * Who of a group gets which partitions: number n of every topic goes to one member, numbers are spread evenly.
 * Promise: the same members and topics give the same answer, so that a leader who comes back changes nothing.
 */
import type { Assignment } from 'kafkajs';
import { AssignerProtocol } from '../client/client.ts';
import type { Joined, MemberAssignment } from '../client/group-cluster.ts';

const { MemberAssignment: Assigned, MemberMetadata } = AssignerProtocol;
const version = 1;
const userData = Buffer.alloc(0);

/** What a member says of itself when it joins. */
export const protocolOf = (topics: readonly string[]) => ({
  name: 'waybill-by-number',
  metadata: MemberMetadata.encode({ version, topics: [...topics], userData }),
});

/** By member. */
export const topicsOf = (members: Joined['members']): ReadonlyMap<string, readonly string[]> =>
  new Map(members.map(({ memberId, memberMetadata: of }) => [memberId, MemberMetadata.decode(of)?.topics ?? []]));

/** For the coordinator, which hands them on. `partitions`: their numbers, by topic. */
export const assignmentsOf = (
  members: ReadonlyMap<string, readonly string[]>,
  partitions: ReadonlyMap<string, readonly number[]>,
): MemberAssignment[] =>
  shares(members, partitions).map(([memberId, assignment]) => ({
    memberId,
    memberAssignment: Assigned.encode({ version, assignment, userData }),
  }));

/** Who is assigned nothing is told nothing. */
export const assignmentIn = (told: Buffer): Assignment => Assigned.decode(told)?.assignment ?? {};

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
