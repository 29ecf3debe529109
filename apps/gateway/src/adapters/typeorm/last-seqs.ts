/**
 * The last `seq` of tasks that run, as it is stored: remembered, for every batch asks for it.
 * Promise: of a partition that another gateway has read in between nothing is remembered. What it wrote shows as a jump of the offsets;
 * that of a task's request may lie with yet another gateway, so a jump makes all be forgotten, which costs a look-up.
 */
import { topics, type IncomingMessage } from '@waybill/contracts';
import type { SqlSession } from './sql-session.ts';

const lookupChunk = 200;
const rememberedTasks = 50_000;

export class LastSeqs {
  private readonly seqs = new Map<string, number>();
  /** Of `plan.events`, by partition: the offset that follows what was read last. */
  private readonly nextOffsets: number[] = [];

  constructor(private readonly sql: Pick<SqlSession, 'all'>) {}

  /** So that all tasks of these records are known; they must be those that follow on what was looked up last. */
  async lookUp(records: readonly IncomingMessage[]): Promise<void> {
    this.followOn(records);
    const unknown = new Set<string>();
    for (const { topic, key } of records) {
      if (topic !== topics.planEvents && topic !== topics.taskRequests) continue;
      if (!this.seqs.has(key)) unknown.add(key);
    }
    const ids = [...unknown];
    for (let from = 0; from < ids.length; from += lookupChunk) {
      const chunk = ids.slice(from, from + lookupChunk);
      const padded = [...chunk, ...Array.from({ length: lookupChunk - chunk.length }, () => '')];
      const rows = await this.sql.all<{ task_id: string; last_seq: number }>(selectLastSeqs, padded);
      for (const id of chunk) this.seqs.set(id, -1);
      for (const row of rows) this.seqs.set(row.task_id, row.last_seq);
    }
  }

  /** 0: only its request is stored; -1: nothing is. */
  of(taskId: string): number {
    return this.seqs.get(taskId) ?? -1;
  }

  remember(taskId: string, seq: number): void {
    this.seqs.set(taskId, seq);
  }

  /** Of one task, which has ended, or of all: what is remembered may be ahead of what is stored. */
  forget(taskId?: string): void {
    if (taskId === undefined) this.seqs.clear();
    else this.seqs.delete(taskId);
  }

  /** Only between batches: what is written of a task follows from what is remembered of it. */
  makeRoom(): void {
    for (const oldest of this.seqs.keys()) {
      if (this.seqs.size <= rememberedTasks) return;
      this.seqs.delete(oldest);
    }
  }

  private followOn(records: readonly IncomingMessage[]): void {
    for (const { topic, partition, offset } of records) {
      if (topic !== topics.planEvents) continue;
      if (this.nextOffsets[partition] !== offset) this.seqs.clear();
      this.nextOffsets[partition] = offset + 1;
    }
  }
}

const selectLastSeqs = `SELECT task_id, last_seq FROM tasks WHERE task_id IN (${Array.from({ length: lookupChunk }, () => '?').join(',')})`;
