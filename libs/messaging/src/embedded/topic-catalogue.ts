/**
 * Topics and their partitions. A topic is made when it is first used, and its partition count is then fixed for life.
 * Promise: topics that one owner reads together are made together, so their counts are equal even when the setting changed in between.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PlatformError } from '@waybill/contracts';
import { isLegalTopic, madeTogether, partitionCount } from '../topic-partitions.ts';
import type { BatchTable } from './batch-table.ts';
import { LogPartition } from './log-partition.ts';
import { maxPartitionId } from './place.ts';

export class TopicCatalogue {
  readonly #topics = new Map<string, readonly LogPartition[]>();
  readonly #defaultCount: number;
  readonly #insertTopic: StatementSync;
  readonly #insertPartition: StatementSync;
  #lastId = 0;
  /** Made by the open transaction. */
  #fresh: string[] = [];

  constructor(db: DatabaseSync, batches: BatchTable, defaultCount: number) {
    this.#defaultCount = defaultCount;
    this.#insertTopic = db.prepare('INSERT INTO topics (topic, partitions) VALUES (?, ?)');
    this.#insertPartition = db.prepare('INSERT INTO topic_partitions (id, topic, partition) VALUES (?, ?, ?)');
    const found = new Map<string, LogPartition[]>();
    for (const row of db.prepare('SELECT * FROM topic_partitions ORDER BY topic, partition').iterate()) {
      const partition = storedPartition(row as unknown as PartitionRow, batches);
      this.#lastId = Math.max(this.#lastId, partition.id);
      const siblings = found.get(partition.topic) ?? [];
      siblings.push(partition);
      found.set(partition.topic, siblings);
    }
    for (const [topic, partitions] of found) this.#topics.set(topic, partitions);
  }

  find(topic: string): readonly LogPartition[] | undefined {
    return this.#topics.get(topic);
  }

  all(): Iterable<readonly LogPartition[]> {
    return this.#topics.values();
  }

  /** In a transaction. */
  obtain(topic: string): readonly LogPartition[] {
    const known = this.#topics.get(topic);
    if (known) return known;
    if (!isLegalTopic(topic))
      throw new PlatformError('invalid_request', { detail: `"${topic}" is no name for a topic.` });
    for (const name of madeTogether(topic)) if (!this.#topics.has(name)) this.#make(name);
    return this.#topics.get(topic)!;
  }

  committed(): void {
    this.#fresh = [];
  }

  rolledBack(): void {
    for (const topic of this.#fresh) this.#topics.delete(topic);
    this.#fresh = [];
  }

  #make(topic: string): void {
    const count = partitionCount(topic, this.#defaultCount);
    if (this.#lastId + count > maxPartitionId)
      throw new PlatformError('log_unavailable', { detail: 'There is no room for another topic in this data folder.' });
    this.#insertTopic.run(topic, count);
    const partitions = Array.from({ length: count }, (_, partition) => {
      const id = ++this.#lastId;
      this.#insertPartition.run(id, topic, partition);
      return new LogPartition(id, topic, partition, { start: 0, end: 0, lastTimestamp: 0 });
    });
    this.#topics.set(topic, partitions);
    this.#fresh.push(topic);
  }
}

interface PartitionRow {
  id: number;
  topic: string;
  partition: number;
  start_offset: number;
  least_end_offset: number;
}

function storedPartition(row: PartitionRow, batches: BatchTable): LogPartition {
  const last = batches.last(row);
  return new LogPartition(row.id, row.topic, row.partition, {
    start: row.start_offset,
    end: Math.max(row.start_offset, row.least_end_offset, last?.nextOffset ?? 0),
    lastTimestamp: last?.timestamp ?? 0,
  });
}
