/** What a topic's spec means in Kafka's words, and what is too weak in a topic that is already there. */
import { topicSpec, type TopicSpec } from '@waybill/contracts';

export interface TopicSettings {
  /** Of topics that are made; fixed for life. */
  readonly partitions: number;
  readonly replicas: number;
  /** How many of them must have a record before it is acknowledged. */
  readonly minInSyncReplicas: number;
}

/** A topic as the cluster has it. */
export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: ReadonlyMap<string, string>;
}

const minute = 60_000;
/** Keys, headers and the frame of a batch come on top of the largest record. */
const maxMessageBytes = 2 * 1024 * 1024;
const forEver = '-1';
/** A claim that lost is withdrawn within it (docs/decisions/0016). */
const uncompactedMs = 24 * 60 * minute;
/** What the client can read; brokers write it anew with what the topic, or else their own setting, says. */
const readable = ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'];

export function configOf(name: string, { minInSyncReplicas }: TopicSettings): Record<string, string> {
  const spec = topicSpec(name);
  return {
    'cleanup.policy': cleanupOf(spec),
    'retention.ms': String(spec.retentionMs ?? forEver),
    'retention.bytes': forEver,
    'max.message.bytes': String(maxMessageBytes),
    'min.insync.replicas': String(minInSyncReplicas),
    'compression.type': 'producer',
    ...(spec.class === 'compacted' ? { 'min.compaction.lag.ms': String(uncompactedMs) } : {}),
    // Only a whole segment is dropped, so a short retention needs short segments.
    ...(spec.retentionMs !== undefined && spec.retentionMs <= 60 * minute ? { 'segment.ms': String(5 * minute) } : {}),
  };
}

/** Of those that a topic is looked at for. */
export const settingsThatMatter = [
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'max.message.bytes',
  'min.insync.replicas',
  'unclean.leader.election.enable',
  'compression.type',
  'min.compaction.lag.ms',
];

/** One sentence for each promise that the topic cannot keep; empty when it can keep all. */
export function weaknessesOf({ name, replicas, config }: FoundTopic, settings: TopicSettings): readonly string[] {
  const spec = topicSpec(name);
  const text = (key: string): string => config.get(key) ?? '';
  const atLeast = (what: string, is: number, least: number): Finding => [what, is, `at least ${least}`, is >= least];
  const findings: Finding[] = [
    ['cleanup.policy', text('cleanup.policy'), cleanupOf(spec), text('cleanup.policy') === cleanupOf(spec)],
    retentionOf(spec, Number(text('retention.ms'))),
    ['retention.bytes', text('retention.bytes'), forEver, Number(text('retention.bytes')) < 0],
    atLeast('max.message.bytes', Number(text('max.message.bytes')), maxMessageBytes),
    atLeast('min.insync.replicas', Number(text('min.insync.replicas')), settings.minInSyncReplicas),
    atLeast('the number of replicas', replicas, settings.replicas),
    [unclean, text(unclean), 'false', text(unclean) !== 'true'],
    [compression, text(compression), 'producer', readable.includes(text(compression))],
    ...(spec.class === 'compacted' ? [atLeast(compactionLag, Number(text(compactionLag)), uncompactedMs)] : []),
  ];
  return findings
    .filter(([, , , holds]) => !holds)
    .map(([what, is, wanted]) => `${name}: ${what} is ${is} and has to be ${wanted}`);
}

type Finding = readonly [what: string, is: string | number, wanted: string, holds: boolean];
const unclean = 'unclean.leader.election.enable';
const compression = 'compression.type';
const compactionLag = 'min.compaction.lag.ms';

/** A compacted topic keeps the newest of each key, whatever this says. */
function retentionOf({ class: kind, retentionMs: least }: TopicSpec, is: number): Finding {
  const isForEver = is < 0 || kind === 'compacted';
  return [
    'retention.ms',
    is,
    least === undefined ? forEver : `at least ${least}`,
    isForEver || (least !== undefined && is >= least),
  ];
}

const cleanupOf = (spec: TopicSpec): string => (spec.class === 'compacted' ? 'compact' : 'delete');
