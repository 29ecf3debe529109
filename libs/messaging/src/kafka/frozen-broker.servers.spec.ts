/**
 * A broker that is frozen: its connections stay, and nothing is answered. The cluster gives what it led to others within seconds; a client has to find that out.
 * The member's group may have it for its coordinator, too.
 */
import { expect, it, onTestFinished } from 'vitest';
import { pidOf } from '../../../../tools/stack/background.mjs';
import { kafkaCluster } from '../../../../tools/stack/servers/kafka.mjs';
import { Collector, freshGroup, freshTopic, message, TestMember, textOf } from '../contract/log-under-test.ts';
import { brokers, leadersOf, useThreeBrokers } from '../contract/three-brokers.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

useThreeBrokers();

const partitions = [0, 1, 2, 3, 4, 5];
const frozen = 2;

async function ledByFrozen(topic: string): Promise<number[]> {
  return [...(await leadersOf(topic))].flatMap(([partition, leader]) => (leader === frozen ? [partition] : []));
}

it('what it led is appended to and read at the others, for which nothing else waits', async () => {
  const topics = { partitions: partitions.length, replicas: 3, minInSyncReplicas: 2 };
  const log = await KafkaMessageLog.open({ brokers, clientId: 'frozen', topics, requestTimeoutMs: 120_000 });
  const topic = freshTopic();
  let acknowledged: number[] = [];
  const append = async (text: string): Promise<void> => {
    acknowledged = [];
    await Promise.all(
      partitions.map(async (partition) => {
        await log.append([{ ...message(topic, text), partition }]);
        acknowledged.push(partition);
      }),
    );
  };
  const collector = new Collector();
  await append('before');
  const tail = await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
  const member = await new TestMember(collector.seen).join(log, { group: freshGroup(), topics: [topic] });
  await collector.until(partitions.length);
  await collector.seen.until(() => member.records.length === partitions.length, 'what the member reads');
  const led = await ledByFrozen(topic);
  const pid = pidOf(kafkaCluster[frozen - 1]!.name)!;
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
  await append('after');
  const readBy = ({ records }: Pick<Collector, 'records'>): number[] =>
    partitions.filter((at) => records.some((one) => one.partition === at && textOf(one) === "after's value"));
  for (const reader of [collector, member])
    await collector.seen.until(() => readBy(reader).length === partitions.length, 'what was appended');
  process.kill(pid, 'SIGCONT');
  await tail.close();
  await log.close();
  expect([readBy(collector), readBy(member)]).toEqual([partitions, partitions]);
  expect(new Set(acknowledged.slice(-led.length))).toEqual(new Set(led));
});
