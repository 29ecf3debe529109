import { expect, it } from 'vitest';
import type { OutgoingMessage } from '@waybill/contracts';
import type { Position } from '@waybill/messaging';
import type { PlanCommit } from '../plan-store.ts';
import type { PlanDatabase } from './plan-database.ts';
import { PublishingPlanStore } from './publishing-plan-store.ts';

const fence = { partition: 0, ownerEpoch: 1, version: 0 };
const turn = () => new Promise((resolve) => setImmediate(resolve));

function commitOf(name: string): PlanCommit {
  const message: OutgoingMessage = { topic: 'plan.events', key: name, headers: {}, value: name };
  const events = [{ planId: name, seq: 1, message }];
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

/** A log that holds each append until it is let go. */
async function owned() {
  const committed: string[] = [];
  const appends: { readonly keys: string[]; readonly written: (positions: Position[]) => void }[] = [];
  const database: PlanDatabase = {
    take: async () => ({ fence, offsets: { requests: 0, results: 0 }, wakeUps: [], unpublished: [], mark: 0 }),
    commit: async ({ commitId }) => {
      committed.push(commitId);
      return fence;
    },
    lastCommitId: async () => undefined,
    load: async () => new Map(),
    moveMark: async () => {},
  };
  const append = (messages: readonly OutgoingMessage[]): Promise<Position[]> =>
    new Promise((written) => appends.push({ keys: messages.map(({ key }) => key), written }));
  const store = new PublishingPlanStore({ database, log: { append } as never });
  await store.take(0, () => {});
  return { store, committed, appends };
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
