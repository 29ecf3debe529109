/** What every log promises of how the members of a group share its partitions. */
import { describe, expect, it } from 'vitest';
import type { RecordBatch } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import {
  freshGroup,
  freshTopic,
  messages,
  received,
  Seen,
  TestMember,
  textOf,
  type LogUnderTest,
} from './log-under-test.ts';

const ownedBy = (members: readonly TestMember[]): string[] => members.flatMap(({ owned }) => [...owned]);

export function sharingContract(opened: () => LogUnderTest): void {
  describe('members of one group', () => {
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
  });
}
