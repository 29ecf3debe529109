/** Offsets as the cluster knows them. */
import { PlatformError } from '@waybill/contracts';
import type { Position, StartFrom, TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import type { Cluster } from '../cluster.ts';

export interface Bounds {
  /** Of the oldest record that is kept. */
  readonly start: number;
  readonly end: number;
}

/** By partition number; one that nobody leads is left out, unless it is `needed`: then it is waited for some seconds. */
export function boundsOf(
  cluster: Cluster,
  topic: string,
  needed: Iterable<number> = [],
): Promise<ReadonlyMap<number, Bounds>> {
  return cluster.ask(async (admin) => {
    const bounds = new Map<number, Bounds>();
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
      bounds.set(partition, { start: Number(low), end: Number(high) });
    for (const partition of needed) if (!bounds.has(partition)) throw nobodyLeads({ topic, partition });
    return bounds;
  });
}

/** Of one of them. */
export async function boundsOfOne(cluster: Cluster, { topic, partition }: TopicPartition): Promise<Bounds> {
  return (await boundsOf(cluster, topic, [partition])).get(partition)!;
}

/** Asked again by the cluster, for some seconds. */
const nobodyLeads = (partition: TopicPartition): Error =>
  Object.assign(new Error(`nobody leads ${nameOf(partition)}, so it is not known where it begins and ends`), {
    retriable: true,
  });

export function beyondEnd({ topic, partition, offset }: Position, end: number): PlatformError {
  const detail = `${topic}/${partition} ends at ${end}, and what is stored of it reaches to ${offset}: the log was shortened, or it is another cluster's. Nothing of it is read until that is put right.`;
  return new PlatformError('log_unavailable', { detail });
}

/** Where the partitions of one assignment are read from: each topic is asked once, and again only for a partition that nobody led. */
export class Beginnings {
  private readonly asked = new Map<string, Promise<ReadonlyMap<number, Bounds>>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly from: StartFrom,
  ) {}

  /**
   * `known`: where whoever reads wants to go on. Throws when that lies beyond the end: Kafka would begin somewhere else without a word; then what is
   * stored and the log are not of one piece, and going on would lose records.
   */
  async of({ topic, partition }: TopicPartition, known: number | undefined): Promise<number> {
    let bounds = (await this.boundsOf(topic)).get(partition);
    if (bounds && known !== undefined && known > bounds.end) {
      this.asked.delete(topic); // it may have grown since
      bounds = (await this.boundsOf(topic)).get(partition);
    }
    bounds ??= await boundsOfOne(this.cluster, { topic, partition });
    if (known === undefined) return this.from === 'start' ? bounds.start : bounds.end;
    if (known <= bounds.end) return known;
    throw beyondEnd({ topic, partition, offset: known }, bounds.end);
  }

  private boundsOf(topic: string): Promise<ReadonlyMap<number, Bounds>> {
    let bounds = this.asked.get(topic);
    if (!bounds) {
      bounds = boundsOf(this.cluster, topic);
      bounds.catch(() => this.asked.delete(topic));
      this.asked.set(topic, bounds);
    }
    return bounds;
  }
}
