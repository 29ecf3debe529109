/** Apart from the rest: only processes that speak Kafka load its client. */
export { KafkaMessageLog, type KafkaMessageLogOptions } from './kafka-message-log.ts';
export type { KafkaAccess } from './kafka-access.ts';
export type { TopicSettings } from './topics/topic-settings.ts';
