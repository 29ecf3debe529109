/** What a projection does when partitions are taken from it, or have to be read from further below. */
import { InMemoryMessageLog, ManualClock, quiet, record, until } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { Position } from '../message-log.ts';
import { whenJoined } from '../testing/when-joined.ts';
import { ProjectionConsumer } from './projection.consumer.ts';

const at = (partition: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...record('events', 'k', index), partition }));

/** Its first batch runs until it is let go. */
async function reading({ maxGathered = 100, failsAt2 = false }) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 2, maxBatch: 2 });
  const joined = whenJoined(log);
  const gate = Promise.withResolvers<void>();
  const applied: string[] = [];
  const stored = new Map<number, Position>();
  let begun = 0;
  const consumer = new ProjectionConsumer({
    log,
    clock,
    group: 'gateway.task-list',
    topics: ['events'],
    maxGathered,
    positions: (asked) => Promise.resolve(asked.flatMap(({ partition }) => stored.get(partition) ?? [])),
    random: () => 0.5,
    onBatch: async ({ records, positions }) => {
      begun += 1;
      if (begun === 1) await gate.promise;
      if (begun === 2 && failsAt2) {
        stored.clear(); // an old backup was played in
        throw new Error('the database is down');
      }
      for (const { partition, offset } of records) applied.push(`${partition}/${offset}`);
      for (const position of positions) stored.set(position.partition, position);
    },
  });
  onTestFinished(async () => {
    gate.resolve();
    await consumer.close();
  });
  await consumer.start();
  await log.append(at(0, 1));
  await until(() => begun === 1);
  return { clock, log, consumer, membership: await joined, gate, applied };
}

it('reads on what it held back for the sake of a partition that was taken from it', async () => {
  const { log, membership, gate, applied } = await reading({ maxGathered: 4 });
  await log.append(at(0, 6));
  await quiet();
  await log.append(at(1, 1));
  await quiet();
  membership.giveBack([{ topic: 'events', partition: 0 }], new Error('another has it for a while'));
  await quiet();
  gate.resolve();
  await quiet();
  expect(applied).toEqual(['0/0', '1/0']);
});

it('reads on from below what was delivered once the partition was assigned anew', async () => {
  const { clock, log, gate, applied } = await reading({ failsAt2: true });
  gate.resolve();
  await until(() => applied.length === 1);
  await log.append(at(0, 1));
  await until(() => applied.length === 3, clock);
  await log.append(at(0, 1));
  await until(() => applied.length === 4, clock);
  expect(applied).toEqual(['0/0', '0/0', '0/1', '0/2']);
});

it('does not count as held what it could not be given, and so sees what another member does with it', async () => {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock, partitions: 1 });
  let asked = 0;
  const consumer = new ProjectionConsumer({
    log,
    clock,
    group: 'gateway.task-list',
    topics: ['events'],
    positions: ([partition]) => {
      asked += 1;
      if (asked === 1) return Promise.reject(new Error('the database is down'));
      return Promise.resolve([{ ...partition!, offset: 1 }]); // another has it meanwhile
    },
    onBatch: () => Promise.resolve(),
  });
  onTestFinished(() => consumer.close());
  await consumer.start();
  await until(() => asked === 1);
  await quiet();
  let isApplied = false;
  void consumer.waitFor('events', [1]).then(() => (isApplied = true));
  await quiet();
  expect([isApplied, consumer.positions, clock.nextInMs]).toEqual([true, [], 25]);
});
