/**
 * The orchestrator's record on PostgreSQL. A commit is one statement, so one round trip and one transaction.
 * Promise: an answer that was lost is `commit_unknown`; whoever asks for the last commit then waits until that commit is decided.
 */
import { PlatformError, topics, type OutgoingMessage } from '@waybill/contracts';
import type { Fence, PlanCommit, Snapshot, StoredPlan, WakeUp } from '../plan-store.ts';
import type { PlanDatabase, Taken } from '../publishing/plan-database.ts';
import { recordFromText, recordToText } from './outbox-record.ts';
import * as statements from './plan-statements.ts';
import { databaseUnavailable, SqlFailure, type Sql, type SqlStatement } from './sql.ts';

/** Whole numbers of 64 bits come as text. */
type Whole = string | number;

interface FenceRow {
  owner_epoch: Whole;
  version: Whole;
  requests_offset: Whole;
  results_offset: Whole;
  mark: Whole;
}
interface OutboxRow {
  plan_id: string | null;
  headers: string | null;
  value: string | null;
  record: string | null;
}
interface LoadedRow {
  is_snapshot: boolean;
  plan_id: string;
  seq: number;
  headers: string;
  value: string;
}

export class PostgresPlanDatabase implements PlanDatabase {
  constructor(private readonly sql: Sql) {}

  async take(partition: number): Promise<Taken> {
    const [row] = await this.ask<FenceRow>('be asked for a partition', statements.raiseEpoch, [partition]);
    const mark = Number(row!.mark);
    // From here on nobody else can commit, so what follows need not be the same transaction.
    const wakeUps = await this.ask<{ plan_id: string; at: Whole }>('be asked for timers', statements.wakeUpsOf, [
      partition,
    ]);
    const outbox = await this.ask<OutboxRow>('be asked for what is unpublished', statements.unpublished, [
      partition,
      mark,
    ]);
    return {
      fence: { partition, ownerEpoch: Number(row!.owner_epoch), version: Number(row!.version) },
      offsets: { requests: Number(row!.requests_offset), results: Number(row!.results_offset) },
      wakeUps: wakeUps.map(({ plan_id, at }): WakeUp => ({ planId: plan_id, at: Number(at) })),
      unpublished: outbox.map((one) => outgoing(one, partition)),
      mark,
    };
  }

  async commit(commit: PlanCommit, mark: number): Promise<Fence> {
    const { partition, ownerEpoch, version } = commit.fence;
    try {
      const rows = await this.sql.run(...statementOf(commit, mark));
      if (rows.length === 1) return { partition, ownerEpoch, version: version + 1 };
    } catch (error) {
      throw commitFailure(error);
    }
    throw new PlatformError('fenced', {
      detail: `Partition ${partition} is no longer owned with epoch ${ownerEpoch} and version ${version}.`,
    });
  }

  async lastCommitId(partition: number): Promise<string | undefined> {
    type Row = { last_commit_id: string | null };
    const [row] = await this.ask<Row>('be asked for the last commit', statements.lastCommit, [partition]);
    return row?.last_commit_id ?? undefined;
  }

  async load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    if (planIds.length === 0) return new Map();
    const rows = await this.ask<LoadedRow>('load plans', statements.load, [planIds, coreVersion]);
    return new Map([...Map.groupBy(rows, (row) => row.plan_id)].map(([id, of]) => [id, planOf(id, of, coreVersion)]));
  }

  async publishedPlans(after: string, limit: number): Promise<readonly string[]> {
    const rows = await this.ask<{ plan_id: string }>('list plans', statements.publishedPlans, [after, limit]);
    return rows.map(({ plan_id: planId }) => planId);
  }

  async moveMark(partition: number, ownerEpoch: number, mark: number): Promise<void> {
    await this.ask('move a mark', statements.moveMark, [partition, ownerEpoch, mark]);
  }

  private async ask<Row>(doing: string, statement: SqlStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return await this.sql.run<Row>(statement, values);
    } catch (error) {
      throw databaseUnavailable(doing, error);
    }
  }
}

function statementOf(commit: PlanCommit, mark: number): [SqlStatement, unknown[]] {
  const values = valuesOf(commit, mark);
  if (commit.snapshots.length === 0) return [statements.commit, values];
  return [statements.commitWithSnapshots, [...values, ...snapshotValues(commit.snapshots)]];
}

function valuesOf({ fence, commitId, offsets, events, messages, wakeUps }: PlanCommit, mark: number): unknown[] {
  const toSet = wakeUps.filter(({ at }) => at !== undefined);
  const toDrop = wakeUps.filter(({ at }) => at === undefined);
  return [
    fence.partition,
    fence.ownerEpoch,
    fence.version,
    offsets.requests,
    offsets.results,
    commitId,
    mark,
    events.length + messages.length,
    events.map(({ planId }) => planId),
    events.map(({ seq }) => seq),
    events.map(({ message }) => JSON.stringify(message.headers)),
    events.map(({ message }) => message.value),
    messages.map(recordToText),
    toSet.map(({ planId }) => planId),
    toSet.map(({ at }) => at),
    toDrop.map(({ planId }) => planId),
  ];
}

const snapshotValues = (snapshots: readonly Snapshot[]): unknown[] => [
  snapshots.map(({ planId }) => planId),
  snapshots.map(({ seq }) => seq),
  snapshots.map(({ coreVersion }) => coreVersion),
  snapshots.map(({ state }) => state),
  snapshots.map(({ headers }) => JSON.stringify(headers)),
];

function commitFailure(error: unknown): PlatformError {
  if (error instanceof SqlFailure && error.outcome === 'unknown')
    return new PlatformError('commit_unknown', {
      detail: `The database did not answer a commit: ${error.message}.`,
      cause: error,
    });
  return databaseUnavailable('take a commit', error);
}

const parseHeaders = (text: string): Record<string, string> => JSON.parse(text) as Record<string, string>;

function outgoing({ plan_id: planId, headers, value, record }: OutboxRow, partition: number): OutgoingMessage {
  if (record !== null) return recordFromText(record);
  return { topic: topics.planEvents, key: planId!, partition, headers: parseHeaders(headers!), value: value! };
}

function planOf(planId: string, rows: readonly LoadedRow[], coreVersion: number): StoredPlan {
  const found = rows.find((row) => row.is_snapshot);
  const events = rows
    .filter((row) => !row.is_snapshot)
    .map(({ seq, headers, value }) => ({ seq, value, headers: parseHeaders(headers) }));
  if (!found) return { planId, events };
  const { seq, value: state, headers } = found;
  return { planId, events, snapshot: { planId, seq, coreVersion, state, headers: parseHeaders(headers) } };
}
