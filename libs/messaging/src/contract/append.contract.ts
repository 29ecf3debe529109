/** What every log promises to who appends. */
import { limits, type OutgoingMessage } from '@waybill/contracts';
import { expect, it } from 'vitest';
import type { MessageLog } from '../message-log.ts';
import { partitionOf } from '../partitioner.ts';
import { recordBytes } from '../record-size.ts';
import { Collector, freshTopic, message, messages, textOf, type LogUnderTest } from './log-under-test.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** All that the topic holds now, read from its start. */
export async function readAll(log: MessageLog, topic: string, count: number): Promise<Collector> {
  const collector = new Collector();
  const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
  await collector.until(count);
  await tail.close();
  return collector;
}

export function appendContract(opened: () => LogUnderTest): void {
  it('answers the position of each record, in their order', async () => {
    const { log } = opened();
    const topic = freshTopic();
    const sent = messages(topic, 40);
    const positions = await log.append(sent);
    const { records } = await readAll(log, topic, 40);
    for (const [at, { partition, offset }] of positions.entries()) {
      const there = records.find((record) => record.partition === partition && record.offset === offset);
      expect(there && textOf(there)).toBe(sent[at]!.value);
    }
  });

  it('keeps the order of a key, and offsets grow', async () => {
    const { log } = opened();
    const topic = freshTopic();
    await Promise.all(
      Array.from({ length: 10 }, (_, round) =>
        log.append([0, 1, 2].map((at) => message(topic, 'one', `${String(round)}.${String(at)}`))),
      ),
    );
    const { records } = await readAll(log, topic, 30);
    const rounds = records.map((record) => textOf(record)!.split('.').map(Number));
    for (let at = 0; at < 10; at++) {
      const inRound = rounds.filter(([round]) => round === at).map(([, index]) => index);
      expect(inRound).toEqual([0, 1, 2]);
    }
    for (const [at, { offset }] of records.entries())
      if (at > 0) expect(offset).toBeGreaterThan(records[at - 1]!.offset);
  });

  it("puts each key on murmur2's partition", async () => {
    const { log } = opened();
    const topic = freshTopic();
    const count = await log.partitions(topic);
    const keys = ['21', 'foobar', 'a-little-bit-long-string', 'Grüße', '日本', 'key-17', ''];
    const positions = await log.append(keys.map((key) => message(topic, key)));
    expect(positions.map(({ partition }) => partition)).toEqual(keys.map((key) => partitionOf(key, count)));
  });

  it('puts a record that names its partition there', async () => {
    const { log } = opened();
    const topic = freshTopic();
    const last = (await log.partitions(topic)) - 1;
    const positions = await log.append([0, last].map((partition) => ({ ...message(topic, 'k'), partition })));
    expect(positions.map(({ partition }) => partition)).toEqual([0, last]);
  });

  it('gives records back unchanged: text, bytes that are no UTF-8, tombstones, headers', async () => {
    const { log } = opened();
    const topic = freshTopic();
    const bytes = new Uint8Array([0xff, 0x00, 0xfe, 0x80, 0x41]);
    const values = ['plain', 'ä € 😀', '', bytes, new Uint8Array(), null];
    const sent = values.map((value) => ({
      ...message(topic, 'k', value),
      headers: { tenant: 'ä', empty: '', ce_id: 'x' },
    }));
    await log.append(sent);
    const { records } = await readAll(log, topic, sent.length);
    for (const [at, { value, headers, key }] of records.entries()) {
      expect(value === null ? null : Buffer.from(value as string)).toEqual(
        values[at] === null ? null : Buffer.from(values[at] as string),
      );
      expect({ headers, key }).toEqual({ headers: sent[at]!.headers, key: 'k' });
    }
  });

  it('appends nothing for an empty batch', async () => {
    const { log } = opened();
    const topic = freshTopic();
    expect(await log.append([])).toEqual([]);
    expect(sum(await log.endOffsets(topic))).toBe(0);
  });

  it.each([1, 7, 500, 5_000])('takes %i records at once', async (count) => {
    const { log } = opened();
    const topic = freshTopic();
    const positions = await log.append(messages(topic, count));
    expect(positions).toHaveLength(count);
    const { records } = await readAll(log, topic, count);
    const texts = new Set(records.map(textOf));
    expect(texts.size).toBe(count);
  });

  it('takes a record up to the hard limit, and nothing of a batch with one over it', async () => {
    const { log } = opened();
    const topic = freshTopic();
    const largest = filled(message(topic, 'large', ''), limits.recordBytes);
    await log.append([largest]);
    const over = filled(message(topic, 'too-large', ''), limits.recordBytes + 1);
    const refused = log.append([message(topic, 'small'), over]);
    await expect(refused).rejects.toMatchObject({ code: 'payload_too_large' });
    await expect(refused).rejects.toThrow(new RegExp(`${topic}.*too-large`));
    expect(sum(await log.endOffsets(topic))).toBe(1);
    const { records } = await readAll(log, topic, 1);
    expect(textOf(records[0]!) === largest.value).toBe(true);
  });

  it('appends all of a batch or nothing when one of its records has no place', async () => {
    const { log } = opened();
    const topic = freshTopic();
    const count = await log.partitions(topic);
    await expect(log.append([message(topic, 'a'), { ...message(topic, 'b'), partition: count }])).rejects.toMatchObject(
      {
        code: 'invalid_request',
      },
    );
    expect(sum(await log.endOffsets(topic))).toBe(0);
    await log.append([message(topic, 'c')]);
    expect((await readAll(log, topic, 1)).records.map(({ key }) => key)).toEqual(['c']);
  });

  it('goes on after it was opened again: nothing is lost, no offset is given twice', async () => {
    const { log, reopen } = opened();
    const topic = freshTopic();
    await log.append(messages(topic, 100));
    const ends = await log.endOffsets(topic);
    const again = await reopen();
    expect(await again.endOffsets(topic)).toEqual(ends);
    expect(await again.partitions(topic)).toBe(ends.length);
    const positions = await again.append(messages(topic, 100));
    for (const { partition, offset } of positions) expect(offset).toBeGreaterThanOrEqual(ends[partition]!);
    const { records } = await readAll(again, topic, 200);
    expect(new Set(records.map(({ partition, offset }) => `${String(partition)}/${String(offset)}`)).size).toBe(200);
  });
}

function filled(empty: OutgoingMessage, bytes: number): OutgoingMessage {
  return { ...empty, value: 'x'.repeat(bytes - recordBytes(empty)) };
}
