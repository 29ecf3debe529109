/** What only the embedded coordinator promises; what every log does is in the contract suite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@waybill/contracts';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { message, Seen, TestMember } from '../contract/log-under-test.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteMessageLog } from './sqlite-message-log.ts';

// A disk that others use too may take long; the bound is there for what never ends.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let journal: SqliteJournal;
let log: SqliteMessageLog;
let errors: unknown[];
const seen = new Seen();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-group-'));
  open(3, 1);
});
afterEach(async () => {
  await log.close();
  await journal.close();
  rmSync(folder, { recursive: true });
});

function open(partitions: number, handOverMs: number): void {
  errors = [];
  journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
  const onError = (error: unknown): void => {
    errors.push(error);
    seen.changed();
  };
  log = new SqliteMessageLog({ journal, partitions, handOverMs, onError, backOff: { firstMs: 1, mostMs: 5 } });
}

it('refuses to read topics as one that have different partition counts', async () => {
  const joined = new TestMember(seen).join(log, {
    group: 'g',
    topics: ['tasks.a', topics.registry],
    coPartitioned: true,
  });
  await expect(joined).rejects.toMatchObject({ code: 'invalid_configuration' });
});

it("gives the owner's topics equally many partitions, also when the setting changes", async () => {
  expect(await log.partitions(topics.taskRequests)).toBe(3);
  await log.close();
  await journal.close();
  open(8, 1);
  expect(await log.partitions(topics.taskResults)).toBe(3);
  expect(await log.partitions(topics.planEvents)).toBe(3);
  expect(await log.partitions('tasks.new')).toBe(8);
});

it('hands over from a member whose handler hangs', async () => {
  const hanging = new TestMember(seen);
  const hung = Promise.withResolvers<void>();
  let isCalled = false;
  await hanging.join(log, {
    group: 'g',
    topics: ['tasks.a'],
    onRecords: () => {
      isCalled = true;
      seen.changed();
      return hung.promise;
    },
  });
  await log.append([message('tasks.a', 'k', 'stuck')]);
  await seen.until(() => isCalled, 'the call that hangs');
  const next = await new TestMember(seen).join(log, { group: 'g', topics: ['tasks.a'] });
  await hanging.membership.leave();
  await seen.until(() => next.records.length === 1, 'its record at the next member');
  hung.reject(new Error('too late to matter to the next one'));
  await seen.until(() => errors.length === 1, 'the report of it');
  await log.append([message('tasks.a', 'k', 'more')]);
  await seen.until(() => next.records.length === 2, 'what came after it');
  expect(next.revoked).toEqual([]);
});

it('takes no position for a partition from who has lost it', async () => {
  const first = await new TestMember(seen).join(log, { group: 'g', topics: ['tasks.a'] });
  const [position] = await log.append([message('tasks.a', 'k')]);
  await seen.until(() => first.records.length === 1, 'the record');
  await first.membership.leave();
  await first.membership.commit([{ ...position!, offset: 77 }]);
  const second = await new TestMember(seen).join(log, { group: 'g', topics: ['tasks.a'] });
  await seen.until(() => second.owned.size === 3, 'all partitions');
  const claim = second.claims.flat().find(({ partition }) => partition === position!.partition);
  expect(claim?.committed?.offset).toBe(1);
});

it('refuses metadata over 4 KiB', async () => {
  const member = await new TestMember(seen).join(log, { group: 'g', topics: ['tasks.a'] });
  const commit = member.membership.commit([{ topic: 'tasks.a', partition: 0, offset: 0, metadata: 'x'.repeat(4_097) }]);
  await expect(commit).rejects.toMatchObject({ code: 'payload_too_large' });
});

it('reports a rejected handler, and a batch that cannot be read is not passed over', async () => {
  await log.append([{ ...message('tasks.a', 'k', 'damaged'), partition: 0 }]);
  await log.close();
  journal.db.exec('UPDATE batches SET crc = crc + 1');
  await journal.close();
  open(3, 1);
  const member = await new TestMember(seen).join(log, { group: 'g', topics: ['tasks.a'] });
  await seen.until(() => member.revoked.length > 1, 'it was given and taken back twice');
  expect(member.records).toEqual([]);
  expect(errors[0]).toMatchObject({ code: 'data_folder_corrupt' });
});

it('assigns anew what is given back while it is being assigned', async () => {
  const member = new TestMember(seen);
  let asked = 0;
  await member.join(log, {
    group: 'g',
    topics: ['tasks.a'],
    onAssigned: ([claim]) => {
      if (claim!.partition === 0 && ++asked === 1)
        member.membership.giveBack([claim!], new Error('there is more below'));
      return Promise.resolve([]);
    },
  });
  await seen.until(() => asked === 2, 'the partition again');
});

it('delivers nothing of what was paused while it was being assigned', async () => {
  const member = new TestMember(seen);
  const partitions = [0, 1, 2].map((partition) => ({ topic: 'tasks.a', partition }));
  await member.join(log, {
    group: 'g',
    topics: ['tasks.a'],
    onAssigned: (claims) => {
      member.membership.pause(claims.filter(({ partition }) => partition === 0));
      return Promise.resolve([]);
    },
  });
  await log.append(partitions.map(({ partition }) => ({ ...message('tasks.a', 'k'), partition })));
  await seen.until(() => member.records.length === 2, 'the records of the others');
  expect(member.records.map(({ partition }) => partition)).not.toContain(0);
  member.membership.resume(partitions);
  await seen.until(() => member.records.length === 3, 'the record that was held back');
});
