/** Plan stores around a plan store. */
import { failureOf, type Failure } from '@waybill/contracts';
import type { PlanCommit, PlanStore } from '@waybill/storage';
import type { Life } from './sim-process.ts';

export const around = (store: PlanStore, changed: Partial<PlanStore>): PlanStore => ({
  take: (partition, lost) => store.take(partition, lost),
  commit: (commit) => store.commit(commit),
  lastCommitId: (partition) => store.lastCommitId(partition),
  load: (planIds, coreVersion) => store.load(planIds, coreVersion),
  publishedPlans: (after, limit) => store.publishedPlans(after, limit),
  release: (partition) => store.release(partition),
  ...changed,
});

/** Writes into the history which process took what, and what became of its commits. */
export function noted(
  store: PlanStore,
  { name, world: { history } }: Life,
  refused: (why: Failure) => void,
): PlanStore {
  const say = (commit: PlanCommit, outcome: string): void => {
    const { partition, ownerEpoch, version } = commit.fence;
    for (const [planId, events] of Map.groupBy(commit.events, (event) => event.planId)) {
      const seqs = `${events[0]!.seq}-${events.at(-1)!.seq}`;
      history.note(name, `commit of ${seqs} at ${partition}/${ownerEpoch}/${version} ${outcome}`, planId);
    }
  };
  return around(store, {
    take: async (partition, lost) => {
      const ownership = await store.take(partition, lost);
      history.note(name, `has taken partition ${partition} at owner epoch ${ownership.fence.ownerEpoch}`);
      return ownership;
    },
    commit: async (commit) => {
      try {
        const fence = await store.commit(commit);
        say(commit, 'is done');
        return fence;
      } catch (error) {
        const why = failureOf(error);
        say(commit, `fails: ${why.code}`);
        refused(why);
        throw error;
      }
    },
  });
}
