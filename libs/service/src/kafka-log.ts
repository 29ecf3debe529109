/** The log of a service process: Kafka, with its topics made or looked at before anything is read. */
import { KafkaMessageLog, type KafkaAccess } from '@waybill/messaging/kafka';
import type { Logger } from '@waybill/telemetry';
import { replicationOf, type ServiceSettings } from './environment.ts';

interface LogContext {
  readonly settings: ServiceSettings;
  readonly access: KafkaAccess;
  readonly logger: Logger;
}

/** Throws `invalid_configuration` in production when a topic could lose what was acknowledged; so does who joins one. */
export async function openKafkaLog(name: string, { settings, access, logger }: LogContext): Promise<KafkaMessageLog> {
  const log = await KafkaMessageLog.open({
    brokers: settings.KAFKA_BROKERS,
    clientId: `waybill-${name}`,
    access,
    topics: { partitions: settings.KAFKA_PARTITIONS, ...replicationOf(settings) },
    refuseWeakTopics: settings.NODE_ENV === 'production',
    sessionTimeoutMs: settings.KAFKA_SESSION_TIMEOUT_MS,
    logger,
  });
  try {
    await log.prepareTopics();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}
