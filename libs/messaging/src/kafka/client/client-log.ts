/** What Kafka's client has to say, in the service's own log; its routine retries are of no interest to who operates a service. */
import type { logCreator } from 'kafkajs';
import { logLevel } from './client.ts';

export interface KafkaLogger {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const clientLog =
  (logger: KafkaLogger | undefined): logCreator =>
  () =>
  ({ level, namespace, log: { message, error, broker } }) => {
    if (level > logLevel.ERROR) return;
    logger?.warn(`Kafka ${namespace}: ${message}`, {
      ...(error === undefined ? {} : { error: String(error) }),
      ...(broker === undefined ? {} : { broker: String(broker) }),
    });
  };
