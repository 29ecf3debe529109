import { expect, it } from 'vitest';
import { Pauses } from '../../back-off.ts';
import type { FetchedOffsets, GroupBroker } from '../client/group-cluster.ts';
import { refusalOf } from '../client/refusals.ts';
import { committedOf } from './committed.ts';

const topic = 'tasks.a';
const both = [0, 1].map((partition) => ({ topic, partition }));
const none = { partition: 1, offset: '-1', metadata: '' };
const answer: FetchedOffsets = {
  responses: [{ topic, partitions: [{ partition: 0, offset: '5', metadata: '[7]' }, none] }],
};
const loading = 14;
const forbidden = 30;

/** Coordinators that are found one after the other, each with what it says. */
function askedOf(...says: (() => Promise<FetchedOffsets>)[]) {
  const seen = { found: 0, forgotten: 0, isUnwanted: false };
  const find = async (): Promise<GroupBroker> => {
    const offsetFetch = says[seen.found]!;
    seen.found += 1;
    return { connectionPool: { pool: [] }, offsetFetch } as Partial<GroupBroker> as GroupBroker;
  };
  const isUnwanted = (): boolean => seen.isUnwanted;
  const asked = {
    groupId: 'g',
    silenceMs: 10,
    rests: new Pauses(),
    coordinator: { find, forget: () => void (seen.forgotten += 1) },
  };
  return { seen, asked: { ...asked, isUnwanted } };
}

it('tells how far the group has come where it has committed something', async () => {
  const { asked } = askedOf(async () => answer);
  const committed = { topic, partition: 0, offset: 5, metadata: '[7]' };
  expect(await committedOf(asked, both)).toEqual([
    { topic, partition: 0, committed },
    { topic, partition: 1 },
  ]);
});

it('tells nothing more of a position than where it is, when that is all', async () => {
  const partitions = ['', null].map((metadata, partition) => ({ partition, offset: '0', metadata }));
  const { asked } = askedOf(async () => ({ responses: [{ topic, partitions }] }));
  expect((await committedOf(asked, both)).map(({ committed }) => committed)).toStrictEqual(
    both.map((one) => ({ ...one, offset: 0 })),
  );
});

it('asks the next coordinator where one is not ready, or says nothing until it is broken off', async () => {
  const silence = Promise.withResolvers<never>();
  const { asked, seen } = askedOf(
    () => Promise.reject(refusalOf(loading)),
    () => silence.promise,
    async () => answer,
  );
  const connection = { socket: { bytesRead: 0, destroy: (why: Error) => silence.reject(why) } };
  const find = async (): Promise<GroupBroker> =>
    ({ ...(await asked.coordinator.find()), connectionPool: { pool: [connection] } }) as unknown as GroupBroker;
  expect(await committedOf({ ...asked, coordinator: { ...asked.coordinator, find } }, both)).toHaveLength(2);
  expect(seen).toMatchObject({ found: 3, forgotten: 2 });
});

it('asks once where it will not be told, or nobody wants to know any more', async () => {
  const refused = askedOf(() => Promise.reject(refusalOf(forbidden)));
  await expect(committedOf(refused.asked, both)).rejects.toThrow('Not authorized');
  const unwanted = askedOf(() => {
    unwanted.seen.isUnwanted = true;
    return Promise.reject(refusalOf(loading));
  });
  await expect(committedOf(unwanted.asked, both)).rejects.toThrow('loading');
  expect([refused.seen.found, unwanted.seen.found]).toEqual([1, 1]);
});

it('asks nobody once nobody wants to know any more, nor who is found only then', async () => {
  let asks = 0;
  const { asked, seen } = askedOf(async () => {
    asks += 1;
    return answer;
  });
  const find = async (): Promise<GroupBroker> => {
    seen.isUnwanted = true;
    return asked.coordinator.find();
  };
  const asking = { ...asked, coordinator: { ...asked.coordinator, find } };
  await expect(committedOf(asking, both)).rejects.toThrow('g was left');
  await expect(committedOf(asking, both)).rejects.toThrow('g was left');
  expect([seen.found, asks]).toEqual([1, 0]);
});
