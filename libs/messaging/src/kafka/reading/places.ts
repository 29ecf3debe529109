/** Where a reader is in each of its partitions. */
import type { Position, TopicPartition } from '../../message-log.ts';
import { nameOf } from '../../partition-name.ts';
import type { FetchRequest } from '../client/record-requests.ts';

/** Replaced by another one when it is to be read from elsewhere. */
export interface Place extends TopicPartition {
  offset: number;
  isPaused: boolean;
  /** Nothing of it is fetched until it is known where to go on, or who leads it. */
  isAside: boolean;
  /** How often it was refused since it was last read. */
  refusals: number;
  /** Being handed over; by two loops at once only while its leader moves. */
  busy?: Promise<void> | undefined;
}

export class Places {
  private readonly places = new Map<string, Place>();
  private begunAt = -Infinity;

  set(positions: readonly Position[]): void {
    for (const { topic, partition, offset } of positions)
      this.places.set(nameOf({ topic, partition }), {
        topic,
        partition,
        offset,
        isPaused: false,
        isAside: false,
        refusals: 0,
      });
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
    return this.all.filter(({ isPaused, isAside }) => !isPaused && !isAside);
  }

  /** Since reading began somewhere, ms. */
  get age(): number {
    return performance.now() - this.begunAt;
  }
}

const mostBytes = 16 * 1024 * 1024;
const mostBytesOfOne = 4 * 1024 * 1024;

/** `turn`: which of them is first, as a broker fills an answer in the order in which it was asked. At least one. */
export function requestOf(places: readonly Place[], maxWaitTime: number, turn: number): FetchRequest {
  const first = turn % places.length;
  const inTurn = [...places.slice(first), ...places.slice(0, first)];
  const topics = [...Map.groupBy(inTurn, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: mostBytesOfOne,
    })),
  }));
  return { maxWaitTime, minBytes: 1, maxBytes: mostBytes, isolationLevel: 1, topics };
}
