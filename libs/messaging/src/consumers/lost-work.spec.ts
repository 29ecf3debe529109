/** A work queue whose partition is taken from it while its last positions are still on their way. */
import { expect, it } from 'vitest';
import { ManualClock, quiet } from '@waybill/testing';
import type { IncomingMessage } from '@waybill/contracts';
import type { GroupOptions, MessageLog } from '../message-log.ts';
import { WorkQueueConsumer } from './work-queue.consumer.ts';

const place = { topic: 'tasks.a', partition: 0 };

it('begins nothing more of a partition that was taken from it', async () => {
  let group: GroupOptions | undefined;
  const committing = Promise.withResolvers<void>();
  const log = {
    join: async (options: GroupOptions) => {
      group = options;
      return { commit: () => committing.promise, pause() {}, resume() {}, giveBack() {}, leave: async () => {} };
    },
  } as unknown as MessageLog;
  const begun: string[] = [];
  const gates = new Map<string, () => void>();
  const consumer = new WorkQueueConsumer({
    log,
    clock: new ManualClock(),
    group: 'agent-node',
    topics: [place.topic],
    maxInFlight: 1,
    handle: ({ value }) => {
      begun.push(String(value));
      return new Promise((resolve) => gates.set(String(value), resolve));
    },
    onDeadLetter: async () => {},
  });
  await consumer.start();
  await group!.onAssigned([{ ...place }]);
  const records = ['a', 'b', 'c'].map((value, offset): IncomingMessage => ({
    ...place,
    offset,
    timestamp: 0,
    key: value,
    headers: { ce_id: value },
    value,
  }));
  await group!.onRecords({ ...place, records, nextOffset: 3 });
  const revoked = group!.onRevoked([place]); // waits for the commit
  gates.get('a')!();
  await quiet();
  expect(begun).toEqual(['a']); // b and c are another member's
  committing.resolve();
  await revoked;
});
