import { expect, it } from 'vitest';
import type { GroupMembership, GroupOptions, MessageLog, RecordBatch } from '../message-log.ts';
import { GroupLink } from './group-link.ts';

const batch: RecordBatch = { topic: 'tasks.a', partition: 0, records: [], nextOffset: 1 };

it('hands nothing over before there is a membership to pause it with', async () => {
  const done: string[] = [];
  const membership = { pause: () => done.push('paused') } as unknown as GroupMembership;
  const joined = Promise.withResolvers<GroupMembership>();
  let options: GroupOptions | undefined;
  const join = (given: GroupOptions): Promise<GroupMembership> => {
    options = given;
    return joined.promise;
  };
  const link = new GroupLink();
  const linked = link.join({ join } as unknown as MessageLog, {
    group: 'g',
    topics: ['tasks.a'],
    coPartitioned: false,
    from: 'start',
    onAssigned: () => Promise.resolve([]),
    onRevoked: () => Promise.resolve(),
    onRecords: (given) => {
      done.push('delivered');
      link.pause([given]);
    },
  });
  const delivered = options!.onRecords(batch);
  await Promise.resolve();
  expect(done).toEqual([]);
  joined.resolve(membership);
  await Promise.all([linked, delivered]);
  expect(done).toEqual(['delivered', 'paused']);
});
