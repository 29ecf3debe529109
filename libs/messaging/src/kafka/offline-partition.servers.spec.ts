/** A partition that nobody leads, as the only broker that has it is away: who begins to read its topic reads the others, and that one as soon as its broker is back. */
import { expect, it } from 'vitest';
import { end } from '../../../../tools/stack/background.mjs';
import { start } from '../../../../tools/stack/servers.mjs';
import { kafkaCluster } from '../../../../tools/stack/servers/kafka.mjs';
import { Collector, freshGroup, freshTopic, message, TestMember } from '../contract/log-under-test.ts';
import { brokers, leadersOf, useThreeBrokers } from '../contract/three-brokers.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const silent = (): void => {};
useThreeBrokers();

const away = 2;
const topics = { partitions: 6, replicas: 1, minInSyncReplicas: 1 };
const all = Array.from({ length: topics.partitions }, (_, partition) => partition);

it('is waited for, and the others are read meanwhile', async () => {
  const topic = freshTopic();
  const log = await KafkaMessageLog.open({ brokers, clientId: 'offline', topics });
  await log.append(all.map((partition) => ({ ...message(topic, 'k'), partition })));
  const leaders = await leadersOf(topic);
  const led = all.filter((partition) => leaders.get(partition) !== away);
  expect(led.length).toBeLessThan(all.length);
  await end(kafkaCluster[away - 1]!.name, 'SIGTERM', 20);

  const collector = new Collector();
  const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
  const member = await new TestMember(collector.seen).join(log, { group: freshGroup(), topics: [topic] });
  const read = (): number[][] =>
    [collector, member].map(({ records }) =>
      records.map(({ partition }) => partition).toSorted((one, other) => one - other),
    );
  const until = (partitions: readonly number[]): Promise<unknown> =>
    collector.seen.until(() => read().every((one) => one.length >= partitions.length), `reading ${partitions.join()}`);
  await until(led);
  expect(read()).toEqual([led, led]);
  await expect(log.endOffsets(topic)).rejects.toMatchObject({ code: 'log_unavailable' });
  await start(kafkaCluster[away - 1]!, silent);
  await until(all);
  expect(read()).toEqual([all, all]);
  expect(await log.endOffsets(topic)).toEqual(all.map(() => 1));
  await tail.close();
  await log.close();
});
