/** A member of a group on played brokers, which notes down what happens to it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaMember, type MemberOptions } from '../kafka/kafka-member.ts';
import type { GroupOptions } from '../message-log.ts';
import type { PlayedCluster } from './played-cluster.ts';
import { playedTopic } from './played-coordinator.ts';

/** Or until `ms` are over: what is expected afterwards says what was missing. */
export async function until(holds: () => boolean, ms = 6_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds() && Date.now() < end) await sleep(5);
}

export interface PlayedMember {
  readonly member: KafkaMember;
  /** `assigned 1`, `revoked 1`, and the values of records. */
  readonly happened: string[];
}

/** Not started. */
export function playedMember(
  played: PlayedCluster,
  group: Partial<GroupOptions> = {},
  options: Partial<MemberOptions> = {},
): PlayedMember {
  const happened: string[] = [];
  const member = new KafkaMember(
    {
      group: 'read-model',
      topics: [playedTopic],
      coPartitioned: false,
      from: 'start',
      onAssigned: async (claims) => {
        happened.push(...claims.map(({ partition }) => `assigned ${partition}`));
        return [];
      },
      onRevoked: async (partitions) => void happened.push(...partitions.map(({ partition }) => `revoked ${partition}`)),
      onRecords: ({ records }) => void happened.push(...records.map(({ value }) => String(value))),
      ...group,
    },
    { ...played.memberOptions, ...options },
  );
  return { member, happened };
}

/** Resolves when it holds both partitions. */
export async function joined(played: PlayedCluster, options: Partial<MemberOptions> = {}): Promise<PlayedMember> {
  const made = playedMember(played, {}, options);
  await made.member.start();
  await until(() => made.happened.length === 2);
  return made;
}
