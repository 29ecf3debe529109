/**
 * The log's servers: topics of partitions of records, which outlive every process.
 * Promises: a record gets its offset when it is written and keeps its bytes; who watches sees it at once, who reads it later.
 */
import type { IncomingMessage, OutgoingMessage } from '@waybill/contracts';
import { partitionOf, type Position, type TopicPartition } from '@waybill/messaging';
import type { Timeline } from './sim-clock.ts';

export const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

export class Broker {
  private readonly topics = new Map<string, IncomingMessage[][]>();
  private readonly watchers: ((record: IncomingMessage) => void)[] = [];
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly timeline: Timeline,
    readonly partitionCount: number,
  ) {}

  /** Sees every record as it is written. */
  watch(watcher: (record: IncomingMessage) => void): void {
    this.watchers.push(watcher);
  }

  /** Is called whenever something is written there; answers how to stop it. */
  listen(place: TopicPartition, listener: () => void): () => void {
    const key = placeOf(place);
    const listeners = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  write(message: OutgoingMessage): Position {
    const partition = this.partitionFor(message);
    const records = this.partition({ topic: message.topic, partition });
    const record: IncomingMessage = {
      ...message,
      partition,
      offset: records.length,
      timestamp: Math.floor(this.timeline.now),
    };
    records.push(record);
    for (const watcher of this.watchers) watcher(record);
    for (const listener of this.waiting.get(placeOf(record)) ?? []) listener();
    return { topic: record.topic, partition, offset: record.offset };
  }

  partitionFor({ key, partition }: OutgoingMessage): number {
    return partition ?? partitionOf(key, this.partitionCount);
  }

  read(place: TopicPartition, from: number, max: number): readonly IncomingMessage[] {
    return this.partition(place).slice(from, from + max);
  }

  end(place: TopicPartition): number {
    return this.partition(place).length;
  }

  recordsOf(topic: string): readonly IncomingMessage[] {
    return (this.topics.get(topic) ?? []).flat();
  }

  topicNames(): string[] {
    return [...this.topics.keys()];
  }

  private partition({ topic, partition }: TopicPartition): IncomingMessage[] {
    let partitions = this.topics.get(topic);
    if (!partitions) this.topics.set(topic, (partitions = Array.from({ length: this.partitionCount }, () => [])));
    return partitions[partition]!;
  }
}
