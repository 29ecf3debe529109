/** A key for maps and sets; no topic's name has a slash. */
import type { TopicPartition } from './message-log.ts';

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
