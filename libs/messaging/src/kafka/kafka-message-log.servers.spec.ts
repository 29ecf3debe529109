import { Kafka, logLevel } from './client/client.ts';
import { settings } from '../../../../tools/stack/places.mjs';
import { messageLogContract } from '../contract/message-log.contract.ts';
import { KafkaMessageLog } from './kafka-message-log.ts';

const brokers = settings('postgres')['KAFKA_BROKERS']!.split(',');
const openLog = () =>
  KafkaMessageLog.open({ brokers, clientId: 'contract', topics: { partitions: 4, replicas: 1, minInSyncReplicas: 1 } });

messageLogContract('KafkaMessageLog', async () => {
  let log = await openLog();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog();
      return log;
    },
    truncateBefore: async ({ topic, partition, offset }) => {
      const admin = new Kafka({ brokers, clientId: 'contract', logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
      await admin.fetchTopicMetadata({ topics: [topic] }); // it looks into what it knows already
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
      await admin.disconnect();
    },
    close: () => log.close(),
  };
});
