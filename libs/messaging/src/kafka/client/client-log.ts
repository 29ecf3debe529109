/**
 * What Kafka's client and the readers have to say, in the service's own log; routine retries are of no interest to who operates a service.
 * Promise: what says the same of the same broker, or of the same group, is told seldom. While Kafka is away each connection tries again several times a second.
 */
import { Seldom } from '@waybill/telemetry';
import type { logCreator } from 'kafkajs';
import { asGiven } from './broker-addresses.ts';
import { logLevel } from './client.ts';

export interface KafkaLogger {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a coordinator refuses is an ordinary part of each rebalance; its member tells what does not pass (`kafka/group`). */
const toMembers = /^Response (GroupCoordinator|JoinGroup|SyncGroup|Heartbeat|LeaveGroup|OffsetCommit|OffsetFetch)\(/;

export const clientLog =
  (logger: KafkaLogger | undefined): logCreator =>
  () =>
  ({ level, namespace, log: { message, error, broker } }) => {
    if (level > logLevel.ERROR || toMembers.test(message)) return;
    logger?.warn(`Kafka ${namespace}: ${message}`, {
      ...(error === undefined ? {} : { error: String(error) }),
      ...(broker === undefined ? {} : { broker: asGiven(String(broker)) }),
    });
  };

/** `untold`: how many of the same there were since the last. */
export function seldomLog(logger: KafkaLogger, seldom = new Seldom()): KafkaLogger {
  return {
    warn(message, fields = {}) {
      const { error, broker, group } = fields;
      const untold = seldom.untold([message, wordsOf(error), broker, group].join(' '));
      if (untold !== undefined) logger.warn(message, untold === 0 ? fields : { ...fields, untold });
    },
  };
}

const wordsOf = (error: unknown): unknown => (error instanceof Error ? error.message : error);
