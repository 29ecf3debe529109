/** What an owner does when a batch has failed: where it goes on, and that it lets go of what is no longer its own. */
import { expect, it, onTestFinished } from 'vitest';
import { numbered, ownersInMemory, quiet, until, valuesOf } from '@waybill/testing';
import { whenJoined } from '../testing/when-joined.ts';

const setup = () => {
  const owners = ownersInMemory(['requests', 'results'], 1);
  onTestFinished(() => owners.close());
  return owners;
};

it('goes on below what was delivered without waiting for somebody to write to the partition', async () => {
  const { clock, log, rows, start } = setup();
  let isRestored = false;
  const { batches, commit } = await start({
    onBatch: (batch) => {
      if (isRestored || batch.records.every(({ value }) => value !== '5')) return Promise.resolve(commit(batch));
      isRestored = true;
      rows.set(0, { ...rows.get(0)!, offsets: { requests: 1, results: 0 } });
      return Promise.reject(new Error('the store is down'));
    },
  });
  await log.append(numbered('requests', 5));
  await until(() => valuesOf(batches).length === 5);
  await log.append(numbered('requests', 1, 1, 5));
  await until(() => isRestored);
  await until(() => valuesOf(batches).at(-1) === '5', clock);
});

it('releases a number only when the batch that runs has settled', async () => {
  const { log, start } = setup();
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  let begun = 0;
  const { consumer } = await start({
    onBatch: async () => {
      begun += 1;
      await held.promise;
      done.push('batch');
    },
    release: () => Promise.resolve(void done.push('release')),
  });
  await log.append(numbered('requests', 1));
  await until(() => begun === 1);
  const dropped = consumer.drop(0);
  await quiet();
  expect(done).toEqual([]);
  held.resolve();
  await dropped;
  expect(done).toEqual(['batch', 'release']);
});

it('does not take a number again that was dropped during its back-off', async () => {
  const { clock, log, start } = setup();
  let failures = 0;
  const taken: number[] = [];
  const { consumer } = await start({
    take: (partition) => {
      taken.push(partition);
      return Promise.resolve({ requests: 0, results: 0 });
    },
    onBatch: () => {
      failures += 1;
      return Promise.reject(new Error('the store is down'));
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => failures === 1);
  await quiet();
  await consumer.drop(0);
  clock.advance(60_000);
  await quiet();
  expect(taken).toEqual([0]);
});

it('takes a number again only when the batch from before has settled, however long that takes', async () => {
  const { clock, log, start } = setup();
  const joined = whenJoined(log);
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  let begun = 0;
  await start({
    take: () => Promise.resolve(void done.push('take')).then(() => ({ requests: 0, results: 0 })),
    onBatch: async () => {
      begun += 1;
      if (begun > 1) return;
      await held.promise;
      done.push('batch');
    },
  });
  await log.append(numbered('requests', 1));
  await until(() => begun === 1);
  const membership = await joined;
  membership.giveBack([{ topic: 'requests', partition: 0 }], new Error('for another reason'));
  for (let rests = 0; rests < 3; rests += 1) {
    await quiet();
    clock.advance(60_000);
  }
  await quiet();
  expect(done).toEqual(['take']);
  held.resolve();
  await until(() => done.length === 3, clock);
  expect(done).toEqual(['take', 'batch', 'take']);
});

it('is where its last handled batch has ended, also while the next one runs', async () => {
  const { log, start } = setup();
  const held = Promise.withResolvers<void>();
  let begun = 0;
  const { consumer } = await start({
    onBatch: () => {
      begun += 1;
      return held.promise;
    },
  });
  await log.append(numbered('requests', 3));
  await until(() => begun === 1);
  const offset = () => consumer.positions.find(({ topic }) => topic === 'requests')?.offset;
  expect(offset()).toBe(0);
  held.resolve();
  await until(() => offset() === 3);
});
