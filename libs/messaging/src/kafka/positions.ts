/** Offsets as the cluster knows them. */
import { PlatformError } from '@waybill/contracts';
import type { Claim, CommittedPosition, Position, TopicPartition } from '../message-log.ts';
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

/** Kafka would begin somewhere else without a word; then what the owner has stored and the log are not of one piece, and going on would lose records. */
export async function refuseBeyondEnd(cluster: Cluster, positions: readonly Position[]): Promise<void> {
  for (const topic of new Set(positions.map((position) => position.topic))) {
    const bounds = await boundsOf(cluster, topic);
    for (const { partition, offset } of positions.filter((position) => position.topic === topic)) {
      const end = bounds[partition]?.end ?? 0;
      if (offset <= end) continue;
      const detail = `${topic}/${partition} ends at ${end}, and what is stored of it reaches to ${offset}: the log was shortened, or it is another cluster's. Nothing of it is read until that is put right.`;
      throw new PlatformError('log_unavailable', { detail });
    }
  }
}
