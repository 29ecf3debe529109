/** What every PlanStore promises of records that were committed and not read by anybody yet: the next owner finds them on the log. */
import { randomUUID } from 'node:crypto';
import { topics, type OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import { expect, it } from 'vitest';
import type { PlanCommit } from '../plan-store.ts';
import {
  commitOf,
  event,
  freshPlan,
  partition,
  take,
  watch,
  text,
  type PlanStoreUnderTest,
} from './plan-store-under-test.ts';

const freshWork = (): string => `tasks.contract-${randomUUID()}`;

const workOf = (topic: string, plan: string, value: string): OutgoingMessage => ({
  topic,
  key: plan,
  headers: { tenant: 'default' },
  value,
});

/** The texts of a topic up to where it ends now: what a reader has who comes later. */
async function textsOn(log: MessageLog, topic: string): Promise<string[]> {
  const ends = await log.endOffsets(topic);
  const seen = await watch(log, [topic], 'start');
  await seen.until((records) => records.length >= ends.reduce((sum, end) => sum + end, 0));
  await seen.close();
  return seen.records.map(text);
}

export function planStorePublishingContract(opened: () => PlanStoreUnderTest): void {
  /** Two commits, of which nobody waits for the publication. */
  async function commitTwo(work: string, plan: string): Promise<PlanCommit['fence']> {
    const { store } = opened();
    const { fence } = await take(store);
    const commit = (of: PlanCommit['fence'], seq: number) =>
      store.commit(
        commitOf({ fence: of, events: [event(plan, seq)], messages: [workOf(work, plan, `after ${String(seq)}`)] }),
      );
    return commit(await commit(fence, 1), 2);
  }

  it('has published what a lost owner had committed when the next one has taken its partition', async () => {
    const { log, reopen } = opened();
    const [plan, work] = [freshPlan(), freshWork()];
    const before = (await log.endOffsets(topics.planEvents))[partition]!;
    await commitTwo(work, plan);
    const again = await reopen();
    await take(again.store);
    expect((await again.log.endOffsets(topics.planEvents))[partition]).toBeGreaterThanOrEqual(before + 2);
    expect(new Set(await textsOn(again.log, work))).toEqual(new Set(['after 1', 'after 2']));
  });

  it('has published everything of a partition when it is released, and the next owner goes on from there', async () => {
    const { store, log } = opened();
    const [plan, work] = [freshPlan(), freshWork()];
    const released = await commitTwo(work, plan);
    await store.release(partition);
    expect(await textsOn(log, work)).toEqual(['after 1', 'after 2']);
    const { fence } = await take(store);
    expect(fence.ownerEpoch).toBeGreaterThan(released.ownerEpoch);
    expect(fence.version).toBe(released.version);
    await store.release(partition);
    await store.release(partition);
  });

  it('lists the plans that were published, each once, in pages that follow one another', async () => {
    const { store } = opened();
    const { fence } = await take(store);
    const plans = Array.from({ length: 7 }, freshPlan);
    const next = await store.commit(commitOf({ fence, events: plans.map((plan) => event(plan, 1)) }));
    await store.commit(commitOf({ fence: next, events: plans.map((plan) => event(plan, 2)) }));
    await store.release(partition);
    const listed: string[] = [];
    for (let page; page === undefined || page.length > 0; listed.push(...page)) {
      page = await store.publishedPlans(listed.at(-1) ?? '', 3);
      expect(page.length).toBeLessThanOrEqual(3);
    }
    expect(listed.filter((plan) => plans.includes(plan)).toSorted()).toEqual(plans.toSorted());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('publishes nothing of a commit that is refused for an event that is there already', async () => {
    const { store, log } = opened();
    const [plan, other, work] = [freshPlan(), freshPlan(), freshWork()];
    const fence = await commitTwo(work, plan);
    const messages = [workOf(work, plan, 'never')];
    await expect(
      store.commit(commitOf({ fence, events: [event(other, 1), event(plan, 2)], messages })),
    ).rejects.toThrow(/already|duplicate|unique/i);
    await store.commit(commitOf({ fence, events: [event(other, 1)], messages: [workOf(work, plan, 'in the end')] }));
    await store.release(partition);
    expect(await textsOn(log, work)).toEqual(['after 1', 'after 2', 'in the end']);
  });

  it('tells an owner of no plan that waits in another partition', async () => {
    const { store } = opened();
    const [here, there] = [freshPlan(), freshPlan()];
    const { fence } = await take(store);
    const other = (await take(store, 2)).fence;
    await store.commit(commitOf({ fence, wakeUps: [{ planId: here, at: 1 }] }));
    await store.commit(commitOf({ fence: other, wakeUps: [{ planId: there, at: 1 }] }));
    const waiting = async (number: number) => (await take(store, number)).wakeUps.map(({ planId }) => planId);
    expect(await waiting(partition)).not.toContain(there);
    expect(await waiting(2)).toContain(there);
  });
}
