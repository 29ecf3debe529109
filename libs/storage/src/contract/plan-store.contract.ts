/** What every PlanStore promises, observed through the store and the log it publishes to. Ids are fresh, and nothing is said of what was there before. */
import { randomUUID } from 'node:crypto';
import { topics, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlanCommit, PlanStore, Snapshot, StoredEvent } from '../plan-store.ts';

export interface StoreAndLog {
  readonly store: PlanStore;
  readonly log: MessageLog;
}
export interface PlanStoreUnderTest extends StoreAndLog {
  /** Closes both and opens others over the same data. */
  reopen(): Promise<StoreAndLog>;
  close(): Promise<void>;
}

const coreVersion = 3;
const partition = 1;

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

    const take = (of = store, number = partition) => of.take(number, () => undefined);

    it('gives each owner a higher epoch than the one before', async () => {
      const first = await take();
      const second = await take();
      expect(second.fence.ownerEpoch).toBeGreaterThan(first.fence.ownerEpoch);
      expect(second.fence.version).toBe(first.fence.version);
    });

    it('raises the version with each commit, and partitions do not know of one another', async () => {
      const { fence } = await take();
      const other = await take(store, 2);
      const next = await store.commit(commitOf({ fence }));
      expect(next).toEqual({ ...fence, version: fence.version + 1 });
      await store.commit(commitOf({ fence: next }));
      await store.commit(commitOf({ fence: other.fence }));
    });

    it('loads what was committed, event by event, headers and all', async () => {
      const { fence } = await take();
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

    it('loads many plans that do not exist as none', async () => {
      expect((await store.load(Array.from({ length: 500 }, freshPlan), coreVersion)).size).toBe(0);
      expect((await store.load([], coreVersion)).size).toBe(0);
    });

    it('loads a snapshot and the events after it, and every event when the snapshot is of another core', async () => {
      const { fence } = await take();
      const plan = freshPlan();
      const events = [1, 2, 3, 4].map((seq) => event(plan, seq));
      const snapshot: Snapshot = { planId: plan, seq: 2, coreVersion, state: '{"n":2}', headers: { tenant: 'default' } };
      const next = await store.commit(commitOf({ fence, events: events.slice(0, 3), snapshots: [snapshot] }));
      await store.commit(commitOf({ fence: next, events: events.slice(3) }));
      expect((await store.load([plan], coreVersion)).get(plan)).toEqual({ ...stored(plan, events.slice(2)), snapshot });
      expect((await store.load([plan], coreVersion + 1)).get(plan)).toEqual(stored(plan, events));
    });

    it('keeps the latest snapshot of a plan', async () => {
      const { fence } = await take();
      const plan = freshPlan();
      const at = (seq: number): Snapshot => ({ planId: plan, seq, coreVersion, state: String(seq), headers: {} });
      const next = await store.commit(commitOf({ fence, events: [event(plan, 1)], snapshots: [at(1)] }));
      await store.commit(commitOf({ fence: next, events: [event(plan, 2)], snapshots: [at(2)] }));
      expect((await store.load([plan], coreVersion)).get(plan)).toEqual({ planId: plan, snapshot: at(2), events: [] });
    });

    it('answers to the next owner where reading goes on and what waits for a time', async () => {
      const { fence } = await take();
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
      const { fence } = await take();
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
      const messages = ['a', 'b', 'c'].map((value) => ({ topic: work, key: plan, headers: { tenant: 'default' }, value }));
      await store.commit(commitOf({ fence, events, messages }));
      await published.until((records) => records.filter(({ key }) => key === plan).length >= 6);
      const of = (topic: string) => published.records.filter((one) => one.topic === topic && one.key === plan).map(text);
      expect(of(topics.planEvents)).toEqual(events.map(({ message }) => message.value));
      expect(of(work)).toEqual(['a', 'b', 'c']);
      expect(published.records.find(({ topic }) => topic === topics.planEvents)?.partition).toBe(partition);
      expect(eventsFirst).toBe(true);
      await Promise.all([check.close(), published.close()]);
    });

    it.each([
      ['with an older epoch', (stale: Stale) => stale.zombie],
      ['with a version that was used', (stale: Stale) => stale.used],
    ])('refuses a commit %s, and nothing of it is there', async (_, of) => {
      const zombie = (await take()).fence;
      const { fence } = await take();
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
      const taken = await take();
      expect(taken.offsets).toEqual({ requests: 7, results: 7 });
      expect(taken.wakeUps.map(({ planId }) => planId)).not.toContain(plan);
    });

    it('refuses a zombie that has nothing but wake-ups to write', async () => {
      const zombie = (await take()).fence;
      await take();
      const plan = freshPlan();
      await expect(store.commit(commitOf({ fence: zombie, wakeUps: [{ planId: plan, at: 1 }] }))).rejects.toMatchObject({ code: 'fenced' });
      expect((await take()).wakeUps.map(({ planId }) => planId)).not.toContain(plan);
    });

    it('does not let a zombie hurt the commits beside it', async () => {
      const zombie = (await take()).fence;
      const { fence } = await take();
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

    it('knows the id of the last commit, so that an unknown outcome can be decided', async () => {
      const { fence } = await take();
      const commitId = randomUUID();
      await store.commit(commitOf({ fence, commitId }));
      expect(await store.lastCommitId(partition)).toBe(commitId);
      const again = await current.reopen();
      await take(again.store);
      expect(await again.store.lastCommitId(partition)).toBe(commitId);
    });

    it('has the same bytes for an event after it was opened again, in the store and on the log', async () => {
      const { fence } = await take();
      const plan = freshPlan();
      const events = Array.from({ length: 300 }, (_, at) => event(plan, at + 1));
      let held = fence;
      for (let at = 0; at < 300; at += 60) held = await store.commit(commitOf({ fence: held, events: events.slice(at, at + 60) }));
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

interface Stale {
  readonly zombie: PlanCommit['fence'];
  readonly used: PlanCommit['fence'];
}

const freshPlan = (): string => randomUUID();

function commitOf(parts: Pick<PlanCommit, 'fence'> & Partial<PlanCommit>): PlanCommit {
  const nothing = { events: [], wakeUps: [], messages: [], snapshots: [] };
  return { commitId: randomUUID(), offsets: { requests: 1, results: 1 }, ...nothing, ...parts };
}

function event(planId: string, seq: number): StoredEvent {
  const headers = { ce_id: `${planId}/${String(seq)}`, ce_type: 'waybill.PlanStarted.v1', tenant: 'default', subject: 'ä' };
  const value = JSON.stringify({ seq, data: `€ ${'x'.repeat(seq % 50)}` });
  return { planId, seq, message: { topic: topics.planEvents, key: planId, partition, headers, value } };
}

const stored = (planId: string, events: readonly StoredEvent[]) => ({
  planId,
  events: events
    .filter((one) => one.planId === planId)
    .map(({ seq, message }) => ({ seq, value: message.value, headers: message.headers })),
});

const text = ({ value }: OutgoingMessage): string => (typeof value === 'string' ? value : Buffer.from(value!).toString());

async function watch(log: MessageLog, names: readonly string[], from: 'start' | 'end' = 'end') {
  const records: IncomingMessage[] = [];
  let look = (): void => undefined;
  const tail = await log.tail({
    topics: names,
    from,
    onRecords: (batch) => {
      records.push(...batch.records);
      look();
    },
  });
  return {
    records,
    until: (holds: (records: readonly IncomingMessage[]) => boolean) =>
      new Promise<void>((resolve) => {
        look = () => holds(records) && resolve();
        look();
      }),
    close: () => tail.close(),
  };
}
