/** What every PlanStore promises, observed through the store and the log it publishes to. Ids are fresh, and nothing is said of what was there before. */
import { randomUUID } from 'node:crypto';
import { topics } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanStore, Snapshot } from '../plan-store.ts';
import { planStoreFencingContract } from './plan-store-fencing.contract.ts';
import { planStorePublishingContract } from './plan-store-publishing.contract.ts';
import {
  commitOf,
  coreVersion,
  event,
  freshPlan,
  partition,
  stored,
  take,
  text,
  watch,
  type PlanStoreUnderTest,
} from './plan-store-under-test.ts';

export function planStoreContract(name: string, open: () => Promise<PlanStoreUnderTest>): void {
  describe(`${name} as a PlanStore`, { timeout: 120_000 }, () => {
    let current: PlanStoreUnderTest;
    let store: PlanStore;
    let log: MessageLog;
    beforeEach(async () => {
      current = await open();
      ({ store, log } = current);
    });
    afterEach(() => current.close());
    planStoreFencingContract(() => current);
    planStorePublishingContract(() => current);

    it('gives each owner a higher epoch than the one before', async () => {
      const first = await take(store);
      const second = await take(store);
      expect(second.fence.ownerEpoch).toBeGreaterThan(first.fence.ownerEpoch);
      expect(second.fence.version).toBe(first.fence.version);
    });

    it('raises the version with each commit, and partitions do not know of one another', async () => {
      const { fence } = await take(store);
      const other = await take(store, 2);
      const next = await store.commit(commitOf({ fence }));
      expect(next).toEqual({ ...fence, version: fence.version + 1 });
      await store.commit(commitOf({ fence: next }));
      await store.commit(commitOf({ fence: other.fence }));
    });

    it('loads what was committed, event by event, headers and all', async () => {
      const { fence } = await take(store);
      const [plan, other] = [freshPlan(), freshPlan()];
      const first = [event(plan, 1), event(other, 1), event(plan, 2)];
      const second = [event(plan, 3), event(other, 2)];
      const next = await store.commit(commitOf({ fence, events: first }));
      await store.commit(commitOf({ fence: next, events: second }));
      const loaded = await store.load([plan, freshPlan(), other], coreVersion);
      expect([...loaded.keys()].toSorted()).toEqual([plan, other].toSorted());
      expect(loaded.get(plan)).toEqual(stored(plan, [...first, ...second]));
      expect(loaded.get(other)).toEqual(stored(other, [...first, ...second]));
    });

    it('refuses a commit with an event that is there already, keeps nothing of it, and goes on', async () => {
      const { fence } = await take(store);
      const [plan, other] = [freshPlan(), freshPlan()];
      const next = await store.commit(commitOf({ fence, events: [event(plan, 1), event(plan, 2)] }));
      const again = [event(other, 1), event(plan, 1)];
      await expect(store.commit(commitOf({ fence: next, events: again }))).rejects.toThrow(/already|duplicate|unique/i);
      expect((await store.load([plan, other], coreVersion)).get(other)).toBeUndefined();
      await store.commit(commitOf({ fence: next, events: [event(other, 1)] }));
    });

    it('loads many plans that do not exist as none', async () => {
      expect((await store.load(Array.from({ length: 500 }, freshPlan), coreVersion)).size).toBe(0);
      expect((await store.load([], coreVersion)).size).toBe(0);
    });

    it('loads a snapshot and the events after it, and every event when the snapshot is of another core', async () => {
      const { fence } = await take(store);
      const plan = freshPlan();
      const events = [1, 2, 3, 4].map((seq) => event(plan, seq));
      const snapshot: Snapshot = {
        planId: plan,
        seq: 2,
        coreVersion,
        state: '{"n":2}',
        headers: { tenant: 'default' },
      };
      const next = await store.commit(commitOf({ fence, events: events.slice(0, 3), snapshots: [snapshot] }));
      await store.commit(commitOf({ fence: next, events: events.slice(3) }));
      expect((await store.load([plan], coreVersion)).get(plan)).toEqual({ ...stored(plan, events.slice(2)), snapshot });
      expect((await store.load([plan], coreVersion + 1)).get(plan)).toEqual(stored(plan, events));
    });

    it('keeps the latest snapshot of a plan', async () => {
      const { fence } = await take(store);
      const plan = freshPlan();
      const at = (seq: number): Snapshot => ({ planId: plan, seq, coreVersion, state: String(seq), headers: {} });
      const next = await store.commit(commitOf({ fence, events: [event(plan, 1)], snapshots: [at(1)] }));
      await store.commit(commitOf({ fence: next, events: [event(plan, 2)], snapshots: [at(2)] }));
      expect((await store.load([plan], coreVersion)).get(plan)).toEqual({ planId: plan, snapshot: at(2), events: [] });
    });

    it('answers to the next owner where reading goes on and what waits for a time', async () => {
      const { fence } = await take(store);
      const [kept, moved, done] = [freshPlan(), freshPlan(), freshPlan()];
      const wakeUps = [kept, moved, done].map((planId) => ({ planId, at: 1_000 }));
      const next = await store.commit(commitOf({ fence, wakeUps, offsets: { requests: 5, results: 9 } }));
      const changed = [
        { planId: moved, at: 2_000 },
        { planId: done, at: undefined },
      ];
      await store.commit(commitOf({ fence: next, wakeUps: changed, offsets: { requests: 6, results: 12 } }));
      const taken = await take((await current.reopen()).store);
      expect(taken.offsets).toEqual({ requests: 6, results: 12 });
      expect(taken.wakeUps).toContainEqual({ planId: kept, at: 1_000 });
      expect(taken.wakeUps).toContainEqual({ planId: moved, at: 2_000 });
      expect(taken.wakeUps.map(({ planId }) => planId)).not.toContain(done);
    });

    it('publishes events and then messages, in their order', async () => {
      const { fence } = await take(store);
      const [plan, work] = [freshPlan(), `tasks.contract-${randomUUID()}`];
      const published = await watch(log, [topics.planEvents, work]);
      const before = await log.endOffsets(topics.planEvents);
      let eventsFirst = true;
      const check = await log.tail({
        topics: [work],
        from: 'start',
        onRecords: async () => {
          eventsFirst &&= (await log.endOffsets(topics.planEvents))[partition]! >= before[partition]! + 3;
        },
      });
      const events = [1, 2, 3].map((seq) => event(plan, seq));
      const messages = ['a', 'b', 'c'].map((value) => ({
        topic: work,
        key: plan,
        headers: { tenant: 'default' },
        value,
      }));
      await store.commit(commitOf({ fence, events, messages }));
      await published.until((records) => records.filter(({ key }) => key === plan).length >= 6);
      const of = (topic: string) =>
        published.records.filter((one) => one.topic === topic && one.key === plan).map(text);
      expect(of(topics.planEvents)).toEqual(events.map(({ message }) => message.value));
      expect(of(work)).toEqual(['a', 'b', 'c']);
      expect(published.records.find(({ topic }) => topic === topics.planEvents)?.partition).toBe(partition);
      expect(eventsFirst).toBe(true);
      await Promise.all([check.close(), published.close()]);
    });

    it('knows the id of the last commit, so that an unknown outcome can be decided', async () => {
      const { fence } = await take(store);
      const commitId = randomUUID();
      await store.commit(commitOf({ fence, commitId }));
      expect(await store.lastCommitId(partition)).toBe(commitId);
      const again = await current.reopen();
      await take(again.store);
      expect(await again.store.lastCommitId(partition)).toBe(commitId);
    });

    it('has the same bytes for an event after it was opened again, in the store and on the log', async () => {
      const { fence } = await take(store);
      const plan = freshPlan();
      const events = Array.from({ length: 300 }, (_, at) => event(plan, at + 1));
      let held = fence;
      for (let at = 0; at < 300; at += 60)
        held = await store.commit(commitOf({ fence: held, events: events.slice(at, at + 60) }));
      const before = (await store.load([plan], coreVersion)).get(plan);
      expect(before).toEqual(stored(plan, events));
      const again = await current.reopen();
      expect((await again.store.load([plan], coreVersion)).get(plan)).toEqual(before);
      const published = await watch(again.log, [topics.planEvents], 'start');
      const ofPlan = () => published.records.filter(({ key }) => key === plan);
      await published.until(() => new Set(ofPlan().map(text)).size === 300);
      expect([...new Set(ofPlan().map(text))]).toEqual(events.map(({ message }) => message.value));
      await published.close();
    });
  });
}
