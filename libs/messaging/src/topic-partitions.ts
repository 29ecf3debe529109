/**
 * How many partitions a topic has, the same on every log.
 * Promise: topics that one owner reads together have equally many, whatever the setting was when each of them was made.
 */
import { PlatformError, topics } from '@waybill/contracts';
import type { GroupOptions } from './message-log.ts';

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

/** Throws `invalid_configuration`: who reads number n of all topics together would find no number n in one of them. */
export function refuseUnequal({ group, topics: names, coPartitioned }: GroupOptions, counts: readonly number[]): void {
  if (coPartitioned && new Set(counts).size > 1)
    throw unusableGroup(group, `its topics ${names.join(', ')} do not have equally many partitions`);
}

export const unusableGroup = (group: string, why: string): PlatformError =>
  new PlatformError('invalid_configuration', { detail: `Group ${group} cannot be formed: ${why}.` });
