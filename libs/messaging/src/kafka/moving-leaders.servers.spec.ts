/**
 * Leaders that move under appends: of three brokers one is shut down politely and started again, and another one is killed.
 * One broker alone cannot show it: its partitions have nowhere to go.
 */
import { PlatformError, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import { expect, it } from 'vitest';
import { end } from '../../../../tools/stack/background.mjs';
import { start } from '../../../../tools/stack/servers.mjs';
import { kafkaCluster } from '../../../../tools/stack/servers/kafka.mjs';
import { Collector, freshTopic, message, Seen, textOf } from '../contract/log-under-test.ts';
import { brokers, useThreeBrokers } from '../contract/three-brokers.ts';
import { Kafka, logLevel } from './client/client.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const silent = (): void => {};
useThreeBrokers();

const partitions = 16;
const lanes = 8;

/** One after the other, each a record for every partition; what is refused is sent again, as the port allows. */
class Appends {
  readonly topic = freshTopic();
  readonly acknowledged = Array.from({ length: lanes }, () => 0);
  private readonly seen = new Seen();

  constructor(private readonly log: KafkaMessageLog) {}

  /** Goes on for a while afterwards: somebody has to find the new leaders. */
  async during(fault: () => Promise<void>): Promise<void> {
    let isOver = false;
    const running = this.acknowledged.map((_, lane) => this.lane(lane, () => isOver));
    await this.goesOn();
    await fault();
    await this.goesOn();
    isOver = true;
    await Promise.all(running);
  }

  private async goesOn(): Promise<void> {
    const from = [...this.acknowledged];
    await this.seen.until(() => from.every((count, lane) => this.acknowledged[lane]! >= count + 10), 'more appends');
  }

  private async lane(lane: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const text = String(this.acknowledged[lane]);
      const records = eachPartition((partition) => ({
        ...message(this.topic, `${lane}/${partition}`, text),
        partition,
      }));
      if (!(await this.append(records))) continue;
      this.acknowledged[lane]! += 1;
      this.seen.changed();
    }
  }

  private async append(records: readonly OutgoingMessage[]): Promise<boolean> {
    try {
      await this.log.append(records);
      return true;
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'log_unavailable') return false;
      throw error;
    }
  }
}

it('loses nothing that was acknowledged, and keeps the order of each key', async () => {
  const topics = { partitions, replicas: 3, minInSyncReplicas: 2 };
  const log = await KafkaMessageLog.open({ brokers, clientId: 'leaders', topics });
  const appends = new Appends(log);
  const [, second, third] = kafkaCluster;
  await appends.during(() => end(second!.name, 'SIGTERM', 20));
  await start(second!, silent);
  await allInSync(appends.topic);
  await appends.during(() => end(third!.name, 'SIGKILL', 1));

  const collector = new Collector();
  const tail = await log.tail({ topics: [appends.topic], from: 'start', onRecords: collector.onRecords });
  const last = appends.acknowledged.flatMap((count, lane) => eachPartition((at) => `${lane}/${at} ${count - 1}`));
  await collector.seen.until(() => {
    const there = new Set(collector.records.map((one) => `${one.key} ${textOf(one)}`));
    return last.every((one) => there.has(one));
  }, 'the last of each key');
  await tail.close();
  await log.close();
  expect(gapsIn(collector.records)).toEqual([]);
});

const eachPartition = <T>(make: (partition: number) => T): T[] =>
  Array.from({ length: partitions }, (_, at) => make(at));

/** What was sent again may be there twice. */
function gapsIn(records: readonly IncomingMessage[]): string[] {
  const next = new Map<string, number>();
  return records.flatMap((record) => {
    const expected = next.get(record.key) ?? 0;
    const found = Number(textOf(record));
    next.set(record.key, Math.max(expected, found + 1));
    return found > expected ? [`${record.key}: ${expected} to ${found - 1}`] : [];
  });
}

async function allInSync(topic: string): Promise<void> {
  const admin = new Kafka({ brokers, clientId: 'leaders', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  for (let inSync = false; !inSync; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const [found] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
    inSync = found!.partitions.every(({ isr }) => isr.length === 3);
  }
  await admin.disconnect();
}
