/** What only Kafka shows of a group's member: the client takes any position, and would begin somewhere else. */
import { expect, it, onTestFinished } from 'vitest';
import { settings } from '../../../../tools/stack/places.mjs';
import { freshGroup, freshTopic, message, Seen, TestMember, textOf } from '../contract/log-under-test.ts';
import type { Position } from '../message-log.ts';
import { Kafka, logLevel } from './client/client.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const brokers = settings('postgres')['KAFKA_BROKERS']!.split(',');

async function openLog() {
  const problems: string[] = [];
  const log = await KafkaMessageLog.open({
    brokers,
    clientId: 'contract',
    topics: { partitions: 1, replicas: 1, minInSyncReplicas: 1 },
    logger: { warn: (_, fields) => void problems.push(`${String(fields?.['group'])}: ${String(fields?.['error'])}`) },
  });
  onTestFinished(() => log.close());
  return { log, problems };
}

it('reads nothing from a position beyond the end, says so, and begins when it is put right', async () => {
  const { log, problems } = await openLog();
  const topic = freshTopic();
  await log.append([message(topic, 'k', 'only')]);
  const asked: number[] = [];
  const seen = new Seen();
  const member = await new TestMember(seen).join(log, {
    group: freshGroup(),
    topics: [topic],
    onAssigned: async (claims) => {
      asked.push(member?.records.length ?? 0);
      return claims.map((claim) => ({ ...claim, offset: asked.length < 3 ? 7 : 0 }));
    },
  });
  await seen.until(() => member.records.length === 1, 'the record');
  expect(asked).toEqual([0, 0, 0]);
  expect(member.revoked).toHaveLength(2);
  const told = problems.filter((problem) =>
    problem.includes(`${topic}/0 ends at 1, and what is stored of it reaches to 7`),
  );
  expect(told).not.toEqual([]); // and seldom again
});

it('reads nothing where the group has committed a position beyond the end, and leaves it what it is', async () => {
  const { log, problems } = await openLog();
  const topic = freshTopic();
  const group = freshGroup();
  await log.append([message(topic, 'k', 'only')]);
  const seen = new Seen();
  const first = await new TestMember(seen).join(log, { group, topics: [topic] });
  await seen.until(() => first.records.length === 1, 'the record');
  await first.membership.commit([{ topic, partition: 0, offset: 7 }]);
  await first.membership.leave();
  let looks = 0;
  const second = await new TestMember(seen).join(log, {
    group,
    topics: [topic],
    onAssigned: () => {
      looks += 1;
      seen.changed();
      return Promise.resolve([]);
    },
  });
  await seen.until(() => looks === 4, 'a fourth look');
  expect(second.records).toEqual([]);
  const told = problems.filter((problem) => problem.includes('what is stored of it reaches to 7'));
  expect(told).not.toEqual([]);
  expect(told.every((problem) => problem.startsWith(`${group}: `))).toBe(true);
});

it('is no member of the group that it was to join when the log was closed', async () => {
  const { log } = await openLog();
  const topic = freshTopic();
  const group = freshGroup();
  await log.append([message(topic, 'k', 'only')]);
  const joining = new TestMember(new Seen()).join(log, { group, topics: [topic] });
  await log.close();
  await joining;
  const admin = new Kafka({ brokers, clientId: 'look', logLevel: logLevel.NOTHING }).admin();
  onTestFinished(() => admin.disconnect());
  await admin.connect();
  const { groups } = await admin.describeGroups([group]);
  expect(groups[0]!.members).toEqual([]);
});

/** As its retention would. */
async function expire(through: Position): Promise<void> {
  const { topic, partition, offset } = through;
  const admin = new Kafka({ brokers, clientId: 'expiry', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // it looks into what it knows already
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset + 1) }] });
  await admin.disconnect();
}

it('goes on from the oldest record that is left when what it was to read next has expired', async () => {
  const { log } = await openLog();
  const topic = freshTopic();
  const seen = new Seen();
  const handler = Promise.withResolvers<void>();
  const read: (string | null)[] = [];
  const assigned: number[] = [];
  await log.append([message(topic, 'k', 'first')]);
  await log.join({
    group: freshGroup(),
    topics: [topic],
    coPartitioned: false,
    from: 'start',
    onAssigned: async (claims) => {
      assigned.push(...claims.map(({ partition }) => partition));
      return [];
    },
    onRevoked: async () => {},
    onRecords: async ({ records }) => {
      read.push(...records.map(textOf));
      seen.changed();
      await handler.promise;
    },
  });
  await seen.until(() => read.length === 1, 'the first record');
  const [expired] = await log.append([message(topic, 'k', 'expired')]);
  await expire(expired!);
  await log.append([message(topic, 'k', 'kept')]);
  handler.resolve();
  await seen.until(() => read.length === 2, 'what is left');
  expect({ read, assigned }).toEqual({ read: ['first', 'kept'], assigned: [0] });
});
