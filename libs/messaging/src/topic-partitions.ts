/**
 * How many partitions a topic has, the same on every log.
 * Promise: topics that one owner reads together have equally many, whatever the setting was when each of them was made.
 */
import { topics } from '@waybill/contracts';

const together: readonly string[] = [topics.taskRequests, topics.taskResults, topics.planEvents];
const single: readonly string[] = [
  topics.registry,
  topics.replies,
  topics.taskSignals,
  topics.documentRequests,
  topics.documentEvents,
];
/** As Kafka allows them. */
const legalName = /^[a-zA-Z0-9._-]{1,249}$/;

export const isLegalTopic = (topic: string): boolean => legalName.test(topic);

/** With the topic itself, those that have to be made in the same moment. */
export const madeTogether = (topic: string): readonly string[] => (together.includes(topic) ? together : [topic]);

export const partitionCount = (topic: string, usual: number): number => (single.includes(topic) ? 1 : usual);
