/**
 * Writes a batch of records to the read model: rows and positions in one transaction.
 * Promises: a record that nobody should have written holds up nothing; after a transaction that failed nothing is remembered of it;
 * positions beyond the log's end (a log that was shortened) mean that the model is not of this log: `isAhead`.
 */
import { messageText, ownerOf, topics, type IncomingMessage } from '@waybill/contracts';
import type { MessageLog, Position, ProjectionBatch, TopicPartition } from '@waybill/messaging';
import { documentStatements } from './document-rows.ts';
import type { SqlSession } from './sql-session.ts';
import type { Statement } from './sql-statement.ts';
import { TaskRows, type TaskRowHooks } from './task-rows.ts';
import type { TypeOrmKeyStore } from './typeorm-key-store.ts';

export interface ReadModelWriterParts extends TaskRowHooks {
  readonly sql: SqlSession;
  readonly keys: TypeOrmKeyStore;
}

export class ReadModelWriter {
  private readonly tasks: TaskRows;

  constructor(private readonly parts: ReadModelWriterParts) {
    this.tasks = new TaskRows(parts.sql, parts);
  }

  async write({ records, positions }: ProjectionBatch): Promise<void> {
    const keys = this.parts.keys.unwritten();
    try {
      const statements = await this.tasks.statementsFor(records);
      for (const record of records) statements.push(...this.otherStatements(record, positions));
      statements.push(...keys.statements);
      for (const { topic, partition, offset } of positions)
        statements.push({ sql: savePosition, params: [topic, partition, offset], manyRows: true });
      await this.parts.sql.transact(statements);
    } catch (error) {
      this.tasks.forget();
      throw error;
    }
    keys.written();
  }

  /** Nothing writes any more. */
  async close(): Promise<void> {
    try {
      await this.parts.keys.flush();
    } finally {
      await this.parts.sql.close();
    }
  }

  async positions(wanted: readonly TopicPartition[]): Promise<readonly Position[]> {
    const isWanted = (position: Position): boolean =>
      wanted.some(({ topic, partition }) => topic === position.topic && partition === position.partition);
    return (await this.allPositions()).filter(isWanted);
  }

  /** Whether a stored position lies beyond the end of its partition. */
  async isAhead(log: MessageLog): Promise<boolean> {
    for (const position of await this.allPositions()) {
      const ends = await log.endOffsets(position.topic);
      if (position.offset > (ends[position.partition] ?? 0)) return true;
    }
    return false;
  }

  private otherStatements(record: IncomingMessage, positions: readonly Position[]): Statement[] {
    try {
      if (record.topic === topics.planEvents) return [];
      if (record.topic !== topics.taskRequests) {
        const next = positions.find(({ topic, partition }) => topic === record.topic && partition === record.partition);
        return documentStatements(record, next!.offset);
      }
      const key = this.parts.keys.restore(ownerOf(record).tenant, record.key, messageText(record));
      return key ? [key] : [];
    } catch {
      this.parts.onUnreadable(record);
      return [];
    }
  }

  private async allPositions(): Promise<readonly Position[]> {
    const rows = await this.parts.sql.all<{ topic: string; partition_number: number; next_offset: number }>(
      selectPositions,
      [],
    );
    return rows.map((row) => ({ topic: row.topic, partition: row.partition_number, offset: row.next_offset }));
  }
}

const selectPositions = 'SELECT topic, partition_number, next_offset FROM projection_offsets';
/** Never back: who reads on from there, or waits for it, would be told less than is there. */
const savePosition = `INSERT INTO projection_offsets (topic, partition_number, next_offset) VALUES (?, ?, ?)
ON CONFLICT (topic, partition_number) DO UPDATE SET next_offset = excluded.next_offset WHERE excluded.next_offset > projection_offsets.next_offset`;
