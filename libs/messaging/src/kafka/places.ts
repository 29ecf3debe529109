/** Where a reader is in each of its partitions. */
import type { Position, TopicPartition } from '../message-log.ts';
import { nameOf } from '../partition-name.ts';
import type { FetchRequest } from './client/client-cluster.ts';

/** Replaced by another one when it is to be read from elsewhere. */
export interface Place extends TopicPartition {
  offset: number;
  isPaused: boolean;
  /** It is being found out where to go on. */
  isAstray: boolean;
  /** Being handed over; by two loops at once only while its leader moves. */
  busy?: Promise<void> | undefined;
}

export class Places {
  private readonly places = new Map<string, Place>();
  private begunAt = -Infinity;

  set(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions)
      this.places.set(nameOf({ topic, partition }), { topic, partition, offset, isPaused: false, isAstray: false });
    this.begunAt = performance.now();
  }

  delete(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.places.delete(nameOf(partition));
  }

  pause(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const partition of partitions) {
      const place = this.places.get(nameOf(partition));
      if (place) place.isPaused = isPaused;
    }
  }

  /** It was not replaced meanwhile. */
  has(place: Place): boolean {
    return this.places.get(nameOf(place)) === place;
  }

  get all(): readonly Place[] {
    return [...this.places.values()];
  }

  /** Of which something is to be fetched. */
  get read(): readonly Place[] {
    return this.all.filter(({ isPaused, isAstray }) => !isPaused && !isAstray);
  }

  /** Since reading began somewhere, ms. */
  get age(): number {
    return performance.now() - this.begunAt;
  }
}

const mostBytes = 16 * 1024 * 1024;
const mostBytesOfOne = 4 * 1024 * 1024;

export function requestOf(places: readonly Place[], maxWaitTime: number): FetchRequest {
  const topics = [...Map.groupBy(places, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: mostBytesOfOne,
    })),
  }));
  return { maxWaitTime, minBytes: 1, maxBytes: mostBytes, isolationLevel: 1, topics };
}
