/** What every log promises to a tail. */
import { describe, expect, it } from 'vitest';
import { readAll } from './append.contract.ts';
import { Collector, freshTopic, message, messages, Seen, textOf, type LogUnderTest } from './log-under-test.ts';

export function tailContract(opened: () => LogUnderTest): void {
  describe('a tail', () => {
    it('from the end gets what is appended after it began, and nothing older', async () => {
      const { log } = opened();
      const topic = freshTopic();
      await log.append([message(topic, 'k', 'old')]);
      const collector = new Collector();
      const tail = await log.tail({ topics: [topic], from: 'end', onRecords: collector.onRecords });
      await log.append([message(topic, 'k', 'new')]);
      await collector.until(1);
      expect(collector.texts()).toEqual(['new']);
      await tail.close();
    });

    it('from offsets begins there, and at the start of partitions without one', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const positions = await log.append(
        ['a', 'b', 'c'].map((value) => ({ ...message(topic, 'k', value), partition: 0 })),
      );
      await log.append([{ ...message(topic, 'k', 'other'), partition: 1 }]);
      const collector = new Collector();
      const from = new Map([[topic, [positions[1]!.offset]]]);
      const tail = await log.tail({ topics: [topic], from, onRecords: collector.onRecords });
      await collector.until(3);
      expect(new Set(collector.texts())).toEqual(new Set(['b', 'c', 'other']));
      expect(collector.records).toHaveLength(3);
      await tail.close();
    });

    it('loses nothing that is appended while it begins', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const collector = new Collector();
      const appending = Promise.all(messages(topic, 300).map((one) => log.append([one])));
      const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
      await appending;
      await collector.until(300);
      expect(new Set(collector.texts()).size).toBe(300);
      expect(collector.records).toHaveLength(300);
      await tail.close();
    });

    it('gets what was appended before and after in one order, also when it lags', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const values = Array.from({ length: 3_000 }, (_, at) => String(at));
      await log.append(values.slice(0, 2_000).map((value) => message(topic, 'k', value)));
      const collector = new Collector();
      const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
      for (let at = 2_000; at < 3_000; at += 100) {
        await log.append(values.slice(at, at + 100).map((value) => message(topic, 'k', value)));
      }
      await collector.until(3_000);
      expect(collector.texts()).toEqual(values);
      await tail.close();
    });

    it('gets a rejected batch again, before anything that comes after it', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const collector = new Collector();
      let calls = 0;
      const tail = await log.tail({
        topics: [topic],
        from: 'start',
        onRecords: async (batch) => {
          calls += 1;
          if (calls < 3) throw new Error('not now');
          collector.onRecords(batch);
        },
      });
      await log.append([message(topic, 'k', 'first')]);
      await log.append([message(topic, 'k', 'second')]);
      await collector.until(2);
      expect(collector.texts()).toEqual(['first', 'second']);
      await tail.close();
    });

    it('is called once at a time for a partition, with offsets that grow', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      let running = 0;
      let most = 0;
      const offsets: number[] = [];
      const tail = await log.tail({
        topics: [topic],
        from: 'start',
        onRecords: async ({ records }) => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          offsets.push(...records.map(({ offset }) => offset));
          running -= 1;
          seen.changed();
        },
      });
      for (let at = 0; at < 50; at++) await log.append([message(topic, 'k', String(at))]);
      await seen.until(() => offsets.length >= 50, '50 records');
      expect(most).toBe(1);
      expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b));
      await tail.close();
    });

    it('ends when it is closed, after what is under way', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const seen = new Seen();
      let calls = 0;
      let finished = 0;
      let finish: (() => void) | undefined;
      const tail = await log.tail({
        topics: [topic],
        from: 'start',
        onRecords: async () => {
          calls += 1;
          seen.changed();
          await new Promise<void>((resolve) => (finish = resolve));
          finished += 1;
        },
      });
      await log.append([message(topic, 'k')]);
      await seen.until(() => calls === 1, 'the first batch');
      await log.append([message(topic, 'k')]);
      const closing = tail.close();
      finish!();
      await closing;
      expect(finished).toBe(1);
      await readAll(log, topic, 2);
      expect(calls).toBe(1);
    });

    it('gives each of several tails everything', async () => {
      const { log } = opened();
      const topic = freshTopic();
      const collectors = [new Collector(), new Collector(), new Collector()];
      const tails = await Promise.all(
        collectors.map(({ onRecords }) => log.tail({ topics: [topic], from: 'start', onRecords })),
      );
      await log.append(messages(topic, 50));
      for (const collector of collectors) await collector.until(50);
      for (const { records } of collectors) expect(new Set(records.map(textOf)).size).toBe(50);
      await Promise.all(tails.map((tail) => tail.close()));
    });

    it('begins at the new start after a truncation, and offsets go on', async ({ skip }) => {
      const { log, reopen, truncateBefore } = opened();
      if (!truncateBefore) return skip();
      const topic = freshTopic();
      const inOrder = (values: readonly string[]) =>
        values.map((value) => ({ ...message(topic, 'k', value), partition: 0 }));
      const [first] = await log.append(inOrder(['a', 'b', 'c']));
      await truncateBefore({ topic, partition: 0, offset: first!.offset + 2 });
      expect((await readAll(log, topic, 1)).texts()).toEqual(['c']);
      await truncateBefore({ topic, partition: 0, offset: first!.offset + 3 });
      const again = await reopen();
      const [next] = await again.append(inOrder(['d']));
      expect(next!.offset).toBe(first!.offset + 3);
      expect((await readAll(again, topic, 1)).texts()).toEqual(['d']);
    });
  });
}
