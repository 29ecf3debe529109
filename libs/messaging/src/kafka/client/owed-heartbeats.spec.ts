/** Whose connection is broken off when a group was joined while a heartbeat of its member was under way. */
import { expect, it } from 'vitest';
import { limitHeartbeats, type ConsumerGroup } from './unanswered-heartbeats.ts';

function groupOf() {
  const cuts: string[] = [];
  const owed = Promise.withResolvers<void>();
  const coordinator = (name: string) => {
    const socket = { bytesRead: 0, destroy: () => void cuts.push(name) };
    return { connectionPool: { pool: [{ socket }] } } as unknown as NonNullable<ConsumerGroup['coordinator']>;
  };
  class Group {
    readonly sessionTimeout = 60_000;
    readonly lastRequest = 0;
    coordinator = coordinator('first');
    joinAndSync(): Promise<void> {
      return Promise.resolve();
    }
    heartbeat(_: object): Promise<void> {
      return owed.promise;
    }
  }
  limitHeartbeats(Group);
  return { group: new Group(), coordinator, owed, cuts };
}

it('the one before is broken off, and not the one that the group has', async () => {
  const { group, coordinator, owed, cuts } = groupOf();
  const heartbeat = group.heartbeat({});
  await group.joinAndSync();
  expect(cuts).toEqual([]);
  group.coordinator = coordinator('second');
  await group.joinAndSync();
  expect(cuts).toEqual(['first']);
  owed.resolve();
  await heartbeat;
});

it('one that owes nothing is left alone', async () => {
  const { group, coordinator, owed, cuts } = groupOf();
  owed.resolve();
  await group.heartbeat({});
  group.coordinator = coordinator('second');
  await group.joinAndSync();
  expect(cuts).toEqual([]);
});
