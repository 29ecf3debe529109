/**
 * Writes the read model behind the log: batch by batch, rows and positions in one transaction.
 * Promises: write-behind, so that many events of one task become one write; somebody who waits for a position hurries it on;
 * positions beyond the log's end (a log that was shortened) mean that the model is not of this log: `isAhead`.
 */
import {
  ProjectionConsumer,
  type Clock,
  type MessageLog,
  type Position,
  type ProjectionBatch,
  type TopicPartition,
} from '@waybill/messaging';
import { messageText, ownerOf, topics, type IncomingMessage } from '@waybill/contracts';
import type { LogPositions } from '../../ports/log-positions.ts';
import { documentStatements } from '../typeorm/document-rows.ts';
import type { SqlSession, Statement } from '../typeorm/sql-session.ts';
import { TaskRows } from '../typeorm/task-rows.ts';
import type { TypeOrmKeyStore } from '../typeorm/typeorm-key-store.ts';

export const projectedTopics = [topics.taskRequests, topics.planEvents, topics.documentRequests, topics.documentEvents];

export interface ReadModelProjectionOptions {
  readonly log: MessageLog;
  readonly sql: SqlSession;
  readonly keys: TypeOrmKeyStore;
  readonly clock: Clock;
  /** How long records gather before they are written. */
  readonly gatherMs: number;
  onGap(taskId: string, expected: number, found: number): void;
  onUnreadable(message: IncomingMessage): void;
  onRetry(error: unknown): void;
  onBatch(records: number, ms: number): void;
}

export class ReadModelProjection implements LogPositions {
  private readonly consumer: ProjectionConsumer;
  private readonly rows: TaskRows;
  private hurried = 0;
  private endPause: (() => void) | undefined;

  constructor(private readonly options: ReadModelProjectionOptions) {
    const { log, clock, sql } = options;
    this.rows = new TaskRows(sql, options);
    this.consumer = new ProjectionConsumer({
      log,
      clock,
      group: 'gateway.read-model',
      topics: projectedTopics,
      maxRecords: 20_000,
      maxGathered: 40_000,
      positions: (partitions) => this.storedPositions(partitions),
      onBatch: (batch) => this.project(batch),
      hooks: { onRetry: ({ error }) => options.onRetry(error) },
    });
  }

  start(): Promise<void> {
    return this.consumer.start();
  }

  /** Whether a stored position lies beyond the end of its partition. */
  async isAhead(): Promise<boolean> {
    for (const position of await this.storedPositions()) {
      const ends = await this.options.log.endOffsets(position.topic);
      if (position.offset > (ends[position.partition] ?? 0)) return true;
    }
    return false;
  }

  async waitFor(topic: string, endOffsets: readonly number[], timeoutMs: number): Promise<void> {
    this.hurried += 1;
    this.endPause?.();
    try {
      await this.consumer.waitFor(topic, endOffsets, timeoutMs);
    } finally {
      this.hurried -= 1;
    }
  }

  /** Records between what was written and the end of the log. */
  async lag(): Promise<number> {
    const positions = new Map(
      this.consumer.positions.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]),
    );
    let lag = 0;
    for (const topic of projectedTopics) {
      for (const [partition, end] of (await this.options.log.endOffsets(topic)).entries()) {
        lag += Math.max(0, end - (positions.get(`${topic}/${partition}`) ?? 0));
      }
    }
    return lag;
  }

  /** Writes what has gathered, then leaves. */
  async close(): Promise<void> {
    this.hurried += 1;
    this.endPause?.();
    await this.consumer.close();
  }

  private async project({ records, positions }: ProjectionBatch): Promise<void> {
    const begun = this.options.clock.now();
    try {
      const statements = await this.rows.statementsFor(records);
      for (const record of records) statements.push(...this.otherStatements(record));
      for (const { topic, partition, offset } of positions)
        statements.push({ sql: savePosition, params: [topic, partition, offset] });
      await this.options.sql.transact(statements);
    } catch (error) {
      this.rows.forget();
      throw error;
    }
    this.options.onBatch(records.length, this.options.clock.now() - begun);
    if (this.hurried === 0) await this.pause();
  }

  private otherStatements(record: IncomingMessage): Statement[] {
    try {
      if (record.topic === topics.planEvents) return [];
      if (record.topic !== topics.taskRequests) return documentStatements(record);
      const key = this.options.keys.restore(ownerOf(record).tenant, record.key, messageText(record));
      return key ? [key] : [];
    } catch {
      this.options.onUnreadable(record);
      return [];
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(this.options.gatherMs, () => this.endPause?.());
      this.endPause = () => {
        cancel();
        this.endPause = undefined;
        resolve();
      };
    });
  }

  private async storedPositions(wanted?: readonly TopicPartition[]): Promise<readonly Position[]> {
    const rows = await this.options.sql.all<{ topic: string; partition_number: number; next_offset: number }>(
      selectPositions,
      [],
    );
    const stored = rows.map((row) => ({ topic: row.topic, partition: row.partition_number, offset: row.next_offset }));
    return wanted
      ? stored.filter((row) =>
          wanted.some(({ topic, partition }) => topic === row.topic && partition === row.partition),
        )
      : stored;
  }
}

const selectPositions = 'SELECT topic, partition_number, next_offset FROM projection_offsets';
const savePosition =
  'INSERT INTO projection_offsets (topic, partition_number, next_offset) VALUES (?, ?, ?) ON CONFLICT (topic, partition_number) DO UPDATE SET next_offset = excluded.next_offset';
