/** What somebody does who wakes up late: events that are long on the log are sent once more. */
import { topics, type OutgoingMessage } from '@waybill/contracts';
import { readToEnd } from '@waybill/messaging';
import { KafkaMessageLog } from '@waybill/messaging/kafka';

/** The first `count` events of each of these tasks, as they are on the log. Answers how many records that are. */
export async function sendAgain(brokers: string, taskIds: ReadonlySet<string>, count: number): Promise<number> {
  const none = { partitions: 1, replicas: 1, minInSyncReplicas: 1 }; // it makes none
  const log = await KafkaMessageLog.open({ brokers: brokers.split(','), clientId: 'spec', topics: none });
  try {
    const seen = new Map<string, OutgoingMessage[]>();
    const onRecord = (record: OutgoingMessage): void => {
      if (!taskIds.has(record.key)) return;
      const first = seen.get(record.key) ?? [];
      seen.set(record.key, first);
      if (first.length < count) first.push(record);
    };
    await readToEnd(log, topics.planEvents, { from: 'start', onRecord });
    const records = [...seen.values()].flat();
    await log.append(records.map(({ topic, key, headers, value }) => ({ topic, key, headers, value })));
    return records.length;
  } finally {
    await log.close();
  }
}
