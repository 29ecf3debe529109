import { expect, it } from 'vitest';
import type { OutgoingMessage } from '@waybill/contracts';
import type { Position } from '@waybill/messaging';
import type { PlanCommit } from '../plan-store.ts';
import type { PlanDatabase } from './plan-database.ts';
import { PublishingPlanStore } from './publishing-plan-store.ts';

const fence = { partition: 0, ownerEpoch: 1, version: 0 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

const messageOf = (name: string): OutgoingMessage => ({ topic: 'plan.events', key: name, headers: {}, value: name });

function commitOf(name: string): PlanCommit {
  const events = [{ planId: name, seq: 1, message: messageOf(name) }];
  return {
    fence,
    commitId: name,
    offsets: { requests: 0, results: 0 },
    events,
    messages: [],
    wakeUps: [],
    snapshots: [],
  };
}

/** A log that holds each append until it is let go, and a database with what an owner left. */
function opened(unpublished: readonly OutgoingMessage[] = []) {
  const committed: string[] = [];
  const appends: {
    readonly keys: string[];
    readonly written: (positions: Position[]) => void;
    readonly failed: (error: Error) => void;
  }[] = [];
  const database: PlanDatabase = {
    take: async () => ({ fence, offsets: { requests: 0, results: 0 }, wakeUps: [], unpublished, mark: 0 }),
    commit: async ({ commitId }) => {
      committed.push(commitId);
      return fence;
    },
    lastCommitId: async () => undefined,
    load: async () => new Map(),
    publishedPlans: async () => [],
    moveMark: async () => {},
  };
  const append = (messages: readonly OutgoingMessage[]): Promise<Position[]> =>
    new Promise((written, failed) => appends.push({ keys: messages.map(({ key }) => key), written, failed }));
  const store = new PublishingPlanStore({ database, log: { append } as never });
  return { store, committed, appends };
}

async function owned() {
  const all = opened();
  const lost: unknown[] = [];
  await all.store.take(0, (error) => void lost.push(error));
  return { ...all, lost };
}

it('commits one ahead of what is published, and no further', async () => {
  const { store, committed, appends } = await owned();
  await store.commit(commitOf('first'));
  await store.commit(commitOf('second'));
  const third = store.commit(commitOf('third'));
  await turn();
  expect(committed).toEqual(['first', 'second']);
  appends[0]!.written([]);
  await third;
  expect(committed).toEqual(['first', 'second', 'third']);
});

it('publishes one commit after the other, in their order', async () => {
  const { store, appends } = await owned();
  await store.commit(commitOf('first'));
  await store.commit(commitOf('second'));
  await turn();
  expect(appends.map(({ keys }) => keys)).toEqual([['first']]);
  appends[0]!.written([]);
  await turn();
  expect(appends.map(({ keys }) => keys)).toEqual([['first'], ['second']]);
});

it('has published what the last owner left before it answers to the next one', async () => {
  const { store, appends } = opened([messageOf('left'), messageOf('behind')]);
  let isTaken = false;
  const taking = store.take(0, () => {}).then(() => (isTaken = true));
  await turn();
  expect(appends.map(({ keys }) => keys)).toEqual([['left', 'behind']]);
  expect(isTaken).toBe(false);
  appends[0]!.written([]);
  await taking;
});

it('has published everything when a partition is released', async () => {
  const { store, appends } = await owned();
  await store.commit(commitOf('first'));
  let isReleased = false;
  const releasing = store.release(0).then(() => (isReleased = true));
  await turn();
  expect(isReleased).toBe(false);
  appends[0]!.written([]);
  await releasing;
});

it('sends nothing more for an ownership that was replaced', async () => {
  const { store, appends } = await owned();
  await store.commit(commitOf('first'));
  await store.commit(commitOf('second'));
  await store.take(0, () => {});
  appends[0]!.written([]);
  await turn();
  expect(appends.map(({ keys }) => keys)).toEqual([['first']]);
});

it('once publishing has given up says so once, sends nothing more and commits nothing more', async () => {
  const { store, committed, appends, lost } = await owned();
  await store.commit(commitOf('first'));
  await store.commit(commitOf('second'));
  await turn();
  appends[0]!.failed(new Error('the log is gone'));
  await turn();
  expect(appends.map(({ keys }) => keys)).toEqual([['first']]);
  expect(lost).toMatchObject([{ message: 'the log is gone' }]);
  await expect(store.commit(commitOf('third'))).rejects.toMatchObject({ code: 'log_unavailable' });
  expect(committed).toEqual(['first', 'second']);
});

it('says nothing of an ownership that was replaced when its last publication fails', async () => {
  const { store, appends, lost } = await owned();
  await store.commit(commitOf('first'));
  await turn();
  await store.take(0, () => {});
  appends[0]!.failed(new Error('the log is gone'));
  await turn();
  expect(lost).toEqual([]);
});
