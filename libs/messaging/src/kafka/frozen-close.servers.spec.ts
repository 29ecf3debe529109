/** The only broker is frozen: who closes does not wait until it is thawed, and who appended is told that nothing was acknowledged. */
import { expect, it, onTestFinished } from 'vitest';
import { pidOf } from '../../../../tools/stack/background.mjs';
import { settings } from '../../../../tools/stack/places.mjs';
import { kafka } from '../../../../tools/stack/servers/kafka.mjs';
import { Collector, freshGroup, freshTopic, message, TestMember } from '../contract/log-under-test.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const brokers = settings('postgres')['KAFKA_BROKERS']!.split(',');
const topics = { partitions: 1, replicas: 1, minInSyncReplicas: 1 };
const [drainMs, sessionTimeoutMs] = [2_000, 6_000];

function freeze(): void {
  const pid = pidOf(kafka.name)!;
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => void process.kill(pid, 'SIGCONT'));
}

it('ends within a session, with what is on its way, a tail and a member of a group', async () => {
  const log = await KafkaMessageLog.open({ brokers, clientId: 'frozen', topics, drainMs, sessionTimeoutMs });
  const topic = freshTopic();
  const collector = new Collector();
  await log.append([message(topic, 'k', 'before')]);
  await log.tail({ topics: [topic], from: 'start', onRecords: collector.onRecords });
  const member = await new TestMember(collector.seen).join(log, { group: freshGroup(), topics: [topic] });
  await collector.seen.until(() => collector.records.length + member.records.length === 2, 'what was appended');
  freeze();
  const appended = [0, 1].map((n) => log.append([message(topic, 'k', String(n))]).catch((error: unknown) => error));
  const begun = performance.now();
  await log.close();
  expect(performance.now() - begun).toBeLessThan(sessionTimeoutMs + 4_000);
  const refused = { code: 'log_unavailable', message: expect.anything() as unknown };
  expect(await Promise.all(appended)).toEqual([expect.objectContaining(refused), expect.objectContaining(refused)]);
  await expect(log.append([message(topic, 'k', 'after')])).rejects.toMatchObject({ code: 'log_unavailable' });
});
