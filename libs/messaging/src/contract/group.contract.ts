/** What every log promises to the members of a group. */
import { describe, expect, it } from 'vitest';
import type { CommittedPosition } from '../message-log.ts';
import {
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

    it('assigns anew what is given back, although nobody writes to it meanwhile', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      const member = await new TestMember(seen).join(log, {
        group: freshGroup(),
        topics: [topic],
        onAssigned: (claims) => Promise.resolve(claims.map((claim) => ({ ...claim, offset: 0 }))),
      });
      const [{ partition } = { partition: -1 }] = await log.append([message(topic, 'k', 'a')]);
      await seen.until(() => received([member]).size === 1, 'the record');
      member.membership.giveBack([{ topic, partition }], new Error('back to the beginning'));
      const times = (calls: readonly (readonly { partition: number }[])[]): number =>
        calls.flat().filter((one) => one.partition === partition).length;
      await seen.until(() => times(member.claims) === 2 && member.records.length === 2, 'the record again');
      expect(times(member.revoked)).toBe(1);
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
