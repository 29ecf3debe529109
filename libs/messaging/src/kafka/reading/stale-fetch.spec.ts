/** A fetch waits at a broker while the group is joined anew: what it brings is of the assignment before. */
import { expect, it } from 'vitest';
import { OwnedPartitionConsumer } from '../../consumers/owned-partition.consumer.ts';
import { WorkQueueConsumer } from '../../consumers/work-queue.consumer.ts';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { playedTopic as topic } from '../../testing/played-coordinator.ts';
import { until } from '../../testing/played-member.ts';
import { KafkaMember } from '../kafka-member.ts';
import type { Places } from './places.ts';

/** Broker 2 is asked for what comes after `next`, and the group is joined anew meanwhile. */
async function rejoinWhileItWaits(played: PlayedCluster, next: number): Promise<void> {
  await until(() => played.fetchesAt2.at(-1) === next);
  const { looks } = played;
  played.isPatient = true;
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.looks > looks); // the partitions are being assigned anew
}

it.each([
  ['something', true],
  ['nothing', false],
])(
  'a work queue of which %s is committed does everything',
  async (_, isCommitted) => {
    const played = new PlayedCluster();
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const done = new Set<string>();
    const consumer = new WorkQueueConsumer({
      log: played.log,
      group: 'agent-node',
      topics: [topic],
      maxInFlight: 1,
      commitEveryMs: 10,
      handle: async ({ value }) => {
        const name = String(value);
        begun.push(name);
        if (name === 'first') await gate.promise;
        done.add(name);
      },
      onDeadLetter: async () => {},
    });
    const before = isCommitted ? ['zero'] : [];
    for (const name of before) played.append(1, name);
    await consumer.start();
    await until(() => done.size === before.length && played.committed.get(1) === (isCommitted ? '1' : undefined));
    const names = ['first', 'second', 'third'];
    for (const name of names) played.append(1, name);
    await until(() => begun.includes('first'));
    await rejoinWhileItWaits(played, before.length + names.length);
    const { length } = played.fetchesAt2;
    played.isPatient = false;
    played.append(1, 'fourth'); // ends the fetch that still waits
    await until(() => played.fetchesAt2.length > length);
    gate.resolve();
    const all = [...before, ...names, 'fourth'];
    await until(() => done.size === all.length && played.committed.get(1) === String(all.length));
    const committed = played.committed.get(1);
    await consumer.close();
    expect({ done: [...done].toSorted(), committed }).toEqual({ done: all.toSorted(), committed: String(all.length) });
  },
  20_000,
);

it('an owner decides every request, though its store is away meanwhile', async () => {
  const played = new PlayedCluster();
  let isAway = false;
  let stored = 0;
  const decided: string[] = [];
  const consumer = new OwnedPartitionConsumer({
    log: played.log,
    group: 'orchestrator',
    topics: [topic],
    commitEveryMs: 10,
    backoff: { initialMs: 1_000, factor: 1, maxMs: 1_000 },
    random: () => 1,
    take: async (partition) => ({ [topic]: partition === 1 ? stored : 0 }),
    onBatch: async ({ records, offsets }) => {
      if (isAway) throw new Error('the database is away');
      decided.push(...records.map(({ value }) => String(value)));
      stored = offsets[topic]!;
    },
  });
  played.append(1, 'zero');
  await consumer.start();
  await until(() => stored === 1 && played.committed.get(1) === '1');
  isAway = true;
  for (const name of ['first', 'second', 'third']) played.append(1, name);
  await rejoinWhileItWaits(played, 4);
  isAway = false;
  played.isPatient = false;
  played.append(1, 'fourth');
  await until(() => stored === 5);
  await consumer.close();
  expect(decided).toEqual(['zero', 'first', 'second', 'third', 'fourth']);
}, 20_000);

it('a member may be resumed while its connections end', async () => {
  const played = new PlayedCluster();
  const place = { topic, partition: 1 };
  let got = 0;
  const member: KafkaMember = new KafkaMember(
    {
      group: 'read-model',
      topics: [topic],
      coPartitioned: false,
      from: 'start',
      onAssigned: async (claims) => claims.map((claim) => ({ ...claim, offset: 0 })),
      onRevoked: async () => {},
      onRecords: (batch) => {
        got += batch.records.length;
        member.pause([place]);
      },
    },
    played.memberOptions,
  );
  await member.start();
  played.append(1, 'first');
  await until(() => got === 1);
  played.append(1, 'second');
  const places = Reflect.get(Reflect.get(member, 'reader') as object, 'places') as Places;
  await until(() => places.read.length === 1); // what has come is kept for a moment, then the reader is told not to fetch more
  const thrown: unknown[] = [];
  let isOver = false;
  played.whileDisconnecting = () => {
    isOver = true;
    try {
      member.resume([place]);
    } catch (error) {
      thrown.push(error);
    }
  };
  await member.leave();
  await until(() => isOver);
  expect(thrown).toEqual([]);
}, 20_000);
