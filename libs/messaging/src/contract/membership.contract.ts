/** What every log promises of positions, of the end of a membership, and of its own end. */
import { PlatformError, topics } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import type { CommittedPosition, RecordBatch, TopicPartition } from '../message-log.ts';
import { readAll } from './append.contract.ts';
import {
  Collector,
  freshGroup,
  freshTopic,
  message,
  messages,
  received,
  Seen,
  TestMember,
  textOf,
  type LogUnderTest,
} from './log-under-test.ts';

const numbersOf = (calls: readonly (readonly TopicPartition[])[]): number[] =>
  calls
    .flat()
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b);

/** A handler that finishes when it is told to. */
class Slow {
  calls = 0;
  finished = 0;
  #finish = (): void => undefined;

  constructor(private readonly seen: Seen) {}

  readonly onRecords = async (): Promise<void> => {
    this.calls += 1;
    const finish = Promise.withResolvers<void>();
    this.#finish = finish.resolve;
    this.seen.changed();
    await finish.promise;
    this.finished += 1;
  };

  finish(): void {
    this.#finish();
  }
}

export function membershipContract(opened: () => LogUnderTest): void {
  describe('a position', () => {
    it('of the end is the one that the next record of its partition gets', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const count = await log.partitions(topic);
      expect(await log.endOffsets(topic)).toEqual(Array.from({ length: count }, () => 0));
      await log.append(messages(topic, 50));
      const ends = await log.endOffsets(topic);
      const next = Array.from({ length: count }, (_, partition) => ({ ...message(topic, 'k'), partition }));
      expect(await log.append(next)).toEqual(ends.map((offset, partition) => ({ topic, partition, offset })));
    });

    it('that was committed holds where onAssigned leaves the partition out', async () => {
      const { log, reopen } = opened();
      const topic = freshTopic();
      const [group, seen] = [freshGroup(), new Seen()];
      const at = (partition: number, value: string) => ({ ...message(topic, 'k', value), partition });
      const positions = await log.append([at(0, 'a'), at(0, 'b'), at(1, 'c'), at(1, 'd')]);
      const first = await new TestMember(seen).join(log, { group, topics: [topic] });
      await seen.until(() => received([first]).size === 4, 'all records');
      await first.membership.leave();
      const again = await reopen();
      const onAssigned = () => Promise.resolve([positions[3]!]);
      const second = await new TestMember(seen).join(again, { group, topics: [topic], onAssigned });
      await again.append([at(0, 'e'), at(1, 'f')]);
      await seen.until(() => received([second]).has('e') && received([second]).has('f'), 'what is new');
      expect(received([second])).toEqual(new Set(['d', 'e', 'f']));
    });

    it('may be moved back, and has its metadata to the letter, up to 4 KiB of it', async () => {
      const { log, reopen } = opened();
      const topic = freshTopic();
      const [group, seen] = [freshGroup(), new Seen()];
      const [position] = await log.append([{ ...message(topic, 'k'), partition: 0 }]);
      const earlier: CommittedPosition = { ...position!, metadata: 'ä'.repeat(2_048) };
      const member = new TestMember(seen);
      let moved = false;
      await member.join(log, {
        group,
        topics: [topic],
        onRecords: async ({ nextOffset }) => {
          await member.membership.commit([{ topic, partition: 0, offset: nextOffset }]);
          await member.membership.commit([earlier]);
          moved = true;
        },
      });
      await seen.until(() => moved && member.records.length > 0, 'the record');
      const beyond = { ...position!, metadata: 'x'.repeat(4_097) };
      await expect(member.membership.commit([beyond])).rejects.toBeInstanceOf(PlatformError);
      const again = await reopen();
      const next = await new TestMember(seen).join(again, { group, topics: [topic] });
      await seen.until(() => next.records.length > 0, 'the record again');
      expect(next.claims.flat().find(({ partition }) => partition === 0)?.committed).toEqual(earlier);
    });
  });

  describe('a membership', () => {
    it('has a partition handled once at a time, with offsets that grow', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      let [running, most] = [0, 0];
      const member = await new TestMember(seen).join(log, {
        group: freshGroup(),
        topics: [topic],
        onRecords: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        },
      });
      for (let at = 0; at < 50; at++) await log.append([message(topic, 'k', String(at))]);
      await seen.until(() => member.records.length >= 50, '50 records');
      expect(most).toBe(1);
      expect(member.records.map(textOf)).toEqual(Array.from({ length: 50 }, (_, at) => String(at)));
    });

    it('that leaves finishes what is under way, is revoked all of it once, and gets nothing more', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      const slow = new Slow(seen);
      let finishedBefore: number | undefined;
      const onRevoked = (claims: readonly TopicPartition[]): Promise<void> => {
        if (claims.some(({ partition }) => partition === 0)) finishedBefore = slow.finished;
        return Promise.resolve();
      };
      const { onRecords } = slow;
      const member = await new TestMember(seen).join(log, {
        group: freshGroup(),
        topics: [topic],
        onRecords,
        onRevoked,
      });
      await log.append([{ ...message(topic, 'k', 'first'), partition: 0 }]);
      await seen.until(() => slow.calls === 1, 'the first batch');
      await log.append([{ ...message(topic, 'k', 'second'), partition: 0 }]);
      const leaving = member.membership.leave();
      slow.finish();
      await leaving;
      expect(finishedBefore).toBe(1);
      expect(numbersOf(member.revoked)).toEqual(numbersOf(member.claims));
      expect(member.owned.size).toBe(0);
      await readAll(log, topic, 2);
      expect(slow.calls).toBe(1);
    });

    it('of topics that cannot be dealt out together is refused', async () => {
      const { log } = opened();
      const topic = freshTopic();
      expect(await log.partitions(topics.registry)).toBe(1);
      expect(await log.partitions(topic)).toBeGreaterThan(1);
      const unequal = { group: freshGroup(), topics: [topic, topics.registry], coPartitioned: true };
      await expect(new TestMember(new Seen()).join(log, unequal)).rejects.toThrow(/equally many/);
    });
  });

  it('ends its memberships and tails when it is closed, and finishes what is being appended', async () => {
    const { log, reopen } = opened();
    const topic = freshTopic();
    const seen = new Seen();
    const collector = new Collector();
    let calls = 0;
    const counted = (batch: RecordBatch): void => {
      calls += 1;
      collector.onRecords(batch);
    };
    const member = await new TestMember(seen).join(log, { group: freshGroup(), topics: [topic] });
    await log.tail({ topics: [topic], from: 'start', onRecords: counted });
    await log.append([message(topic, 'k', 'first')]);
    await Promise.all([collector.until(1), seen.until(() => member.records.length > 0, 'the record')]);
    const appending = log.append(messages(topic, 200));
    const again = await reopen();
    expect(await appending).toHaveLength(200);
    expect(numbersOf(member.revoked)).toEqual(numbersOf(member.claims));
    const before = [calls, member.records.length];
    await again.append([message(topic, 'k', 'last')]);
    expect((await readAll(again, topic, 202)).records).toHaveLength(202);
    expect([calls, member.records.length]).toEqual(before);
  });
}
