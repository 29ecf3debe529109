/** A membership on played brokers, by a clock that is played too, and what it tells of itself. */
import { onTestFinished, vi } from 'vitest';
import { Membership } from '../kafka/group/membership.ts';
import type { PlayedCluster } from './played-cluster.ts';
import { playedTopic } from './played-coordinator.ts';

/** Not begun. `handled`: what is handed back is no longer worked on. */
export function playedMembership(played: PlayedCluster, handled = async (): Promise<void> => {}) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const seen = { troubles: [] as string[], assigned: 0, handedBack: 0 };
  const membership = new Membership({
    cluster: played.memberOptions.coordination,
    groupId: 'read-model',
    topics: [playedTopic],
    sessionTimeoutMs: 6_000,
    onAssigned: () => void (seen.assigned += 1),
    onHandBack: () => {
      seen.handedBack += 1;
      return handled();
    },
    onTrouble: (error) => void seen.troubles.push(String(error)),
  });
  return { membership, seen };
}

export async function begun(...of: Parameters<typeof playedMembership>): Promise<ReturnType<typeof playedMembership>> {
  const one = playedMembership(...of);
  await one.membership.begin();
  return one;
}
