/** The topics of the platform: name, key, class and retention. Partition counts are equal where one owner reads two topics, and fixed for life. */
export type TopicClass =
  'commands' | 'results' | 'record' | 'work' | 'stream' | 'broadcast' | 'compacted' | 'dead-letters';

export interface TopicSpec {
  readonly name: string;
  readonly class: TopicClass;
  /** Undefined: kept for ever. */
  readonly retentionMs?: number;
  /** What the key of its records is. */
  readonly key: string;
}

const hour = 3_600_000;
const day = 24 * hour;

export const topics = {
  taskRequests: 'task.requests',
  taskResults: 'task.results',
  planEvents: 'plan.events',
  taskTokens: 'task.tokens',
  taskSignals: 'task.signals',
  registry: 'registry',
  replies: 'replies',
  documentRequests: 'document.requests',
  documentEvents: 'document.events',
  modelCalls: 'model.calls',
} as const;

export const topicSpecs: readonly TopicSpec[] = [
  { name: topics.taskRequests, class: 'commands', retentionMs: 7 * day, key: 'plan_id' },
  { name: topics.taskResults, class: 'results', retentionMs: 7 * day, key: 'plan_id' },
  { name: topics.planEvents, class: 'record', key: 'plan_id' },
  { name: topics.taskTokens, class: 'stream', retentionMs: hour, key: 'plan_id' },
  { name: topics.taskSignals, class: 'broadcast', retentionMs: day, key: 'plan_id' },
  { name: topics.registry, class: 'compacted', key: 'kind/name/version/hash/claim' },
  { name: topics.replies, class: 'stream', retentionMs: hour / 6, key: 'gateway instance' },
  { name: topics.documentRequests, class: 'commands', retentionMs: 7 * day, key: 'document_id' },
  { name: topics.documentEvents, class: 'record', key: 'document_id' },
  { name: topics.modelCalls, class: 'record', retentionMs: 30 * day, key: 'plan_id' },
];

const workRetentionMs = 7 * day;
/** Work must be given up before its record can be dropped from the topic. */
export const maxWorkAgeMs = 6 * day;

/** The topic of a queue (`agent.writer`, `knowledge.search`). */
export const workTopic = (queue: string): string => `tasks.${queue}`;
/** Whether a topic can be named after it, on Kafka too. */
export const isQueue = (queue: string): boolean => /^[a-zA-Z0-9._-]{1,243}$/.test(queue);
export const agentQueue = (agent: string): string => `agent.${agent}`;
export const searchQueue = 'knowledge.search';
export const deadLetterTopic = (group: string): string => `${group}.dlq`;

export function topicSpec(name: string): TopicSpec {
  const known = topicSpecs.find((spec) => spec.name === name);
  if (known) return known;
  if (name.endsWith('.dlq')) return { name, class: 'dead-letters', retentionMs: 30 * day, key: 'as source' };
  return { name, class: 'work', retentionMs: workRetentionMs, key: 'work_id' };
}
