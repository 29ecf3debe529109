/** Offsets as the cluster knows them. */
import { PlatformError } from '@waybill/contracts';
import type { Claim, CommittedPosition, Position, StartFrom, TopicPartition } from '../message-log.ts';
import type { Cluster } from './cluster.ts';

export interface Bounds {
  /** Of the oldest record that is kept. */
  readonly start: number;
  readonly end: number;
}

/** By partition number. */
export async function boundsOf(cluster: Cluster, topic: string): Promise<readonly Bounds[]> {
  const found = await cluster.ask((admin) => admin.fetchTopicOffsets(topic));
  const bounds: Bounds[] = [];
  for (const { partition, low, high } of found) bounds[partition] = { start: Number(low), end: Number(high) };
  return bounds;
}

/** The partitions with what the group has committed for them. */
export async function claimsOf(
  cluster: Cluster,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<Claim[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const found = await cluster.ask((admin) => admin.fetchOffsets({ groupId: group, topics }));
  const committed = new Map<string, CommittedPosition>();
  for (const { topic, partitions: ofTopic } of found)
    for (const { partition, offset, metadata } of ofTopic)
      if (Number(offset) >= 0)
        committed.set(`${topic}/${partition}`, {
          topic,
          partition,
          offset: Number(offset),
          ...(metadata ? { metadata } : {}),
        });
  return partitions.map(({ topic, partition }) => {
    const position = committed.get(`${topic}/${partition}`);
    return position ? { topic, partition, committed: position } : { topic, partition };
  });
}

export const nothing: Bounds = { start: 0, end: 0 };

export function beyondEnd({ topic, partition, offset }: Position, end: number): PlatformError {
  const detail = `${topic}/${partition} ends at ${end}, and what is stored of it reaches to ${offset}: the log was shortened, or it is another cluster's. Nothing of it is read until that is put right.`;
  return new PlatformError('log_unavailable', { detail });
}

/** Where the partitions of one assignment are read from: each topic is asked once. */
export class Beginnings {
  private readonly asked = new Map<string, Promise<readonly Bounds[]>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly from: StartFrom,
  ) {}

  /**
   * `known`: where whoever reads wants to go on. Throws when that lies beyond the end: Kafka would begin somewhere else without a word; then what is
   * stored and the log are not of one piece, and going on would lose records.
   */
  async of({ topic, partition }: TopicPartition, known: number | undefined): Promise<number> {
    let bounds = (await this.boundsOf(topic))[partition] ?? nothing;
    if (known !== undefined && known > bounds.end) {
      this.asked.delete(topic); // it may have grown since
      bounds = (await this.boundsOf(topic))[partition] ?? nothing;
    }
    if (known === undefined) return this.from === 'start' ? bounds.start : bounds.end;
    if (known <= bounds.end) return known;
    throw beyondEnd({ topic, partition, offset: known }, bounds.end);
  }

  private boundsOf(topic: string): Promise<readonly Bounds[]> {
    let bounds = this.asked.get(topic);
    if (!bounds) {
      bounds = boundsOf(this.cluster, topic);
      bounds.catch(() => this.asked.delete(topic));
      this.asked.set(topic, bounds);
    }
    return bounds;
  }
}
