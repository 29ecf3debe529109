/** What every log promises to the members of a group. */
import { describe, expect, it } from 'vitest';
import type { CommittedPosition, RecordBatch } from '../message-log.ts';
import {
  freshGroup,
  freshTopic,
  message,
  messages,
  nameOf,
  Seen,
  TestMember,
  textOf,
  type LogUnderTest,
} from './log-under-test.ts';

const ownedBy = (members: readonly TestMember[]): string[] => members.flatMap(({ owned }) => [...owned]);
const received = (members: readonly TestMember[]): Set<string | null> =>
  new Set(members.flatMap(({ records }) => records.map(textOf)));

export function groupContract(opened: () => LogUnderTest): void {
  describe('a group', () => {
    it('reads from the start when it has no position, and each group reads everything', async () => {
      const { log } = opened();
      const topic = freshTopic();
      await log.append(messages(topic, 30));
      const seen = new Seen();
      const members = [new TestMember(seen), new TestMember(seen)];
      for (const member of members) await member.join(log, { group: freshGroup(), topics: [topic] });
      await seen.until(() => members.every((member) => received([member]).size === 30), '30 records in each group');
    });

    it('reads from the end when it says so', async () => {
      const { log } = opened();
      const topic = freshTopic();
      await log.append([message(topic, 'k', 'old')]);
      const seen = new Seen();
      const count = await log.partitions(topic);
      const member = await new TestMember(seen).join(log, { group: freshGroup(), topics: [topic], from: 'end' });
      await seen.until(() => member.owned.size === count, 'all partitions');
      // A reader's start may be fixed a moment after it was assigned, so it is asked until it answers.
      for (let at = 0; member.records.length === 0; at++) {
        await log.append([message(topic, 'k', `new ${String(at)}`)]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(member.records.every((record) => textOf(record) !== 'old')).toBe(true);
    });

    it('shares its partitions among its members, and gives each record to one of them', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const [group, seen] = [freshGroup(), new Seen()];
      const count = await log.partitions(topic);
      const members = [new TestMember(seen), new TestMember(seen)];
      await Promise.all(members.map((member) => member.join(log, { group, topics: [topic] })));
      await seen.until(
        () => ownedBy(members).length === count && members.every(({ owned }) => owned.size > 0),
        'both have partitions',
      );
      await log.append(messages(topic, 200));
      await seen.until(() => received(members).size === 200, '200 records');
      expect(new Set(ownedBy(members)).size).toBe(count);
    });

    it('gives one member the same number of all topics when co-partitioned, as one call', async () => {
      const { log } = opened();
      const topics = [freshTopic(), freshTopic()];
      const [group, seen] = [freshGroup(), new Seen()];
      const count = await log.partitions(topics[0]!);
      const members = [new TestMember(seen), new TestMember(seen)];
      await Promise.all(members.map((member) => member.join(log, { group, topics, coPartitioned: true })));
      await seen.until(
        () => ownedBy(members).length === 2 * count && members.every(({ owned }) => owned.size > 0),
        'both have partitions of both topics',
      );
      for (const { owned, claims } of members) {
        for (let partition = 0; partition < count; partition++) {
          const [first, second] = topics.map((topic) => owned.has(nameOf({ topic, partition })));
          expect(first).toBe(second);
        }
        for (const call of claims) {
          const numbers = (topic: string) =>
            call
              .filter((claim) => claim.topic === topic)
              .map(({ partition }) => partition)
              .toSorted((a, b) => a - b);
          expect(numbers(topics[0]!)).toEqual(numbers(topics[1]!));
        }
      }
    });

    it('gives each topic to those of its members who read it', async () => {
      const { log } = opened();
      const [first, second] = [freshTopic(), freshTopic()];
      const [group, seen] = [freshGroup(), new Seen()];
      const [one, both, other] = [new TestMember(seen), new TestMember(seen), new TestMember(seen)];
      await one.join(log, { group, topics: [first] });
      await both.join(log, { group, topics: [first, second] });
      await other.join(log, { group, topics: [second] });
      await log.append([...messages(first, 60), ...messages(second, 60)]);
      await seen.until(() => [one, both, other].every(({ owned }) => owned.size > 0), 'all have partitions');
      const count = (topic: string) =>
        new Set(
          [one, both, other].flatMap(({ records }) => records.filter((record) => record.topic === topic).map(textOf)),
        ).size;
      await seen.until(() => count(first) === 60 && count(second) === 60, 'all records of both topics');
      expect(one.records.every(({ topic }) => topic === first)).toBe(true);
      expect(other.records.every(({ topic }) => topic === second)).toBe(true);
    });

    it('hands partitions over without a gap, and not while they are being worked on', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const [group, seen] = [freshGroup(), new Seen()];
      const busy = new Map<string, number>();
      let overlaps = 0;
      const options = (member: () => TestMember) => ({
        group,
        topics: [topic],
        onRecords: async (batch: RecordBatch) => {
          const name = nameOf(batch);
          busy.set(name, (busy.get(name) ?? 0) + 1);
          if (busy.get(name)! > 1) overlaps += 1;
          await new Promise((resolve) => setImmediate(resolve));
          const { topic: of, partition, nextOffset: offset } = batch;
          await member().membership.commit([{ topic: of, partition, offset }]);
          busy.set(name, busy.get(name)! - 1);
        },
      });
      const first: TestMember = new TestMember(seen);
      const second: TestMember = new TestMember(seen);
      await first.join(
        log,
        options(() => first),
      );
      const sent = messages(topic, 1_000);
      for (let at = 0; at < 500; at += 20) await log.append(sent.slice(at, at + 20));
      await second.join(
        log,
        options(() => second),
      );
      for (let at = 500; at < 1_000; at += 20) await log.append(sent.slice(at, at + 20));
      await seen.until(() => second.owned.size > 0, 'the second member has partitions');
      await first.membership.leave();
      expect(first.owned.size).toBe(0);
      await seen.until(() => received([first, second]).size === 1_000, '1,000 records');
      expect(overlaps).toBe(0);
      const calls = [first.claims, first.revoked].map((all) => all.flat().length);
      expect(calls[0]).toBe(calls[1]);
    });

    it('revokes a partition whose handler rejects, and assigns and delivers it anew', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      let rejections = 0;
      const member = await new TestMember(seen).join(log, {
        group: freshGroup(),
        topics: [topic],
        onRecords: async () => {
          if (rejections < 2) throw new Error(`rejection ${String(++rejections)}`);
        },
      });
      const [{ partition } = { partition: -1 }] = await log.append([
        message(topic, 'k', 'a'),
        message(topic, 'k', 'b'),
      ]);
      await seen.until(() => received([member]).size === 2, 'both records');
      const times = (calls: readonly (readonly { partition: number }[])[]): number =>
        calls.flat().filter((one) => one.partition === partition).length;
      expect(times(member.claims)).toBe(3);
      expect(times(member.revoked)).toBe(2);
    });

    it('takes a handler that throws for one that rejects', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      const texts: (string | null)[] = [];
      await log.append([{ ...message(topic, 'k', 'a'), partition: 0 }]);
      await log.join({
        group: freshGroup(),
        topics: [topic],
        coPartitioned: false,
        from: 'start',
        onAssigned: () => Promise.resolve([]),
        onRevoked: () => Promise.resolve(),
        onRecords: ({ records }) => {
          texts.push(...records.map(textOf));
          seen.changed();
          if (texts.length === 1) throw new Error('not the first time');
        },
      });
      await seen.until(() => texts.length === 2, 'the record again');
      expect(texts).toEqual(['a', 'a']);
    });

    it('begins where onAssigned says, and asks again when it rejects', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const positions = await log.append(
        ['a', 'b', 'c'].map((value) => ({ ...message(topic, 'k', value), partition: 0 })),
      );
      const seen = new Seen();
      let asked = 0;
      const member = await new TestMember(seen).join(log, {
        group: freshGroup(),
        topics: [topic],
        onAssigned: async (claims) => {
          if (claims.some(({ partition }) => partition === 0) && ++asked === 1) throw new Error('not ready');
          return claims.some(({ partition }) => partition === 0) ? [positions[2]!] : [];
        },
      });
      await seen.until(() => member.records.length > 0, 'a record');
      expect(member.records.map(textOf)).toEqual(['c']);
      expect(asked).toBe(2);
    });

    it('delivers nothing of a paused partition until it is resumed', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      const member = await new TestMember(seen).join(log, { group: freshGroup(), topics: [topic] });
      const to = (partition: number, value: string) => log.append([{ ...message(topic, 'k', value), partition }]);
      await to(0, 'before');
      await seen.until(() => received([member]).has('before'), 'the first record');
      member.membership.pause([{ topic, partition: 0 }]);
      await to(0, 'held');
      await to(1, 'free');
      await seen.until(() => received([member]).has('free'), 'the other partition');
      expect(received([member]).has('held')).toBe(false);
      member.membership.resume([{ topic, partition: 0 }]);
      await seen.until(() => received([member]).has('held'), 'the record that was held');
    });

    it('finds its positions with their metadata after the log was opened again', async () => {
      const { log, reopen } = opened();
      const topic = freshTopic();
      const [group, seen] = [freshGroup(), new Seen()];
      const [position] = await log.append(['a', 'b'].map((value) => ({ ...message(topic, 'k', value), partition: 0 })));
      const committed: CommittedPosition = {
        topic,
        partition: 0,
        offset: position!.offset + 1,
        metadata: 'finished: 5, 7',
      };
      const first = new TestMember(seen);
      await first.join(log, { group, topics: [topic], onRecords: () => first.membership.commit([committed]) });
      await seen.until(() => received([first]).has('b'), 'the records');
      const again = await reopen();
      const second = await new TestMember(seen).join(again, { group, topics: [topic] });
      await seen.until(() => received([second]).has('b'), 'the record after the position');
      expect(received([second])).toEqual(new Set(['b']));
      const claim = second.claims.flat().find(({ partition }) => partition === 0);
      expect(claim?.committed).toEqual(committed);
    });
  });
}
