/** Who has lost a partition writes nothing more, and hurts nobody who tries beside it. */
import { randomUUID } from 'node:crypto';
import { topics } from '@waybill/contracts';
import { expect, it } from 'vitest';
import type { PlanCommit } from '../plan-store.ts';
import {
  commitOf,
  coreVersion,
  event,
  freshPlan,
  partition,
  take,
  type PlanStoreUnderTest,
} from './plan-store-under-test.ts';

interface Stale {
  readonly zombie: PlanCommit['fence'];
  readonly used: PlanCommit['fence'];
}

/** As a store that was put back to an older copy sees its owner. */
const toCome = ({ used }: Stale, epochs: number, versions: number): PlanCommit['fence'] => ({
  ...used,
  ownerEpoch: used.ownerEpoch + epochs,
  version: used.version + 1 + versions,
});

export function planStoreFencingContract(opened: () => PlanStoreUnderTest): void {
  it.each([
    ['with an older epoch', (stale: Stale) => stale.zombie],
    ['with a version that was used', (stale: Stale) => stale.used],
    ['with an epoch that is to come', (stale: Stale) => toCome(stale, 1, 0)],
    ['with a version that is to come', (stale: Stale) => toCome(stale, 0, 1)],
  ])('refuses a commit %s, and nothing of it is there', async (_, of) => {
    const { store, log } = opened();
    const zombie = (await take(store)).fence;
    const { fence } = await take(store);
    const commitId = randomUUID();
    await store.commit(commitOf({ fence, commitId, offsets: { requests: 7, results: 7 } }));
    const [plan, work] = [freshPlan(), `tasks.contract-${randomUUID()}`];
    const refused = commitOf({
      fence: of({ zombie, used: fence }),
      offsets: { requests: 99, results: 99 },
      events: [event(plan, 1)],
      wakeUps: [{ planId: plan, at: 1 }],
      messages: [{ topic: work, key: plan, headers: {}, value: 'never' }],
      snapshots: [{ planId: plan, seq: 1, coreVersion, state: '', headers: {} }],
    });
    const ends = await Promise.all([topics.planEvents, work].map((topic) => log.endOffsets(topic)));
    await expect(store.commit(refused)).rejects.toMatchObject({ code: 'fenced' });
    expect(await store.lastCommitId(partition)).toBe(commitId);
    expect((await store.load([plan], coreVersion)).size).toBe(0);
    expect(await Promise.all([topics.planEvents, work].map((topic) => log.endOffsets(topic)))).toEqual(ends);
    const taken = await take(store);
    expect(taken.offsets).toEqual({ requests: 7, results: 7 });
    expect(taken.wakeUps.map(({ planId }) => planId)).not.toContain(plan);
  });

  it('refuses a zombie that has nothing but wake-ups to write', async () => {
    const { store } = opened();
    const zombie = (await take(store)).fence;
    const { fence } = await take(store);
    const [plan, waits] = [freshPlan(), freshPlan()];
    await store.commit(commitOf({ fence, wakeUps: [{ planId: waits, at: 1 }] }));
    const wakeUps = [
      { planId: plan, at: 1 },
      { planId: waits, at: undefined },
    ];
    await expect(store.commit(commitOf({ fence: zombie, wakeUps }))).rejects.toMatchObject({ code: 'fenced' });
    const rows = (await take(store)).wakeUps.map(({ planId }) => planId);
    expect([rows.includes(plan), rows.includes(waits)]).toEqual([false, true]);
  });

  it('does not let a zombie hurt the commits beside it', async () => {
    const { store } = opened();
    const zombie = (await take(store)).fence;
    const { fence } = await take(store);
    const other = (await take(store, 2)).fence;
    const [plan, lost] = [freshPlan(), freshPlan()];
    const results = await Promise.allSettled([
      store.commit(commitOf({ fence: other })),
      store.commit(commitOf({ fence: zombie, events: [event(lost, 1)] })),
      store.commit(commitOf({ fence, events: [event(plan, 1)] })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([...(await store.load([plan, lost], coreVersion)).keys()]).toEqual([plan]);
  });
}
