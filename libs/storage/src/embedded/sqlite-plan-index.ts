/**
 * Where a plan's events are on the log, and its latest snapshot.
 * A batch holds events of many plans, so batches are read once for all the plans of a call.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { PlatformError, topics, type IncomingMessage } from '@waybill/contracts';
import type { Position, SqliteMessageLog } from '@waybill/messaging';
import type { Snapshot, StoredEvent, StoredPlan } from '../plan-store.ts';

interface IndexRow {
  first_seq: number;
  count: number;
  partition: number;
  first_offset: number;
}
type Event = StoredPlan['events'][number];

export class PlanIndex {
  readonly #log: SqliteMessageLog;
  readonly #insert: StatementSync;
  readonly #last: StatementSync;
  readonly #rows: StatementSync;
  readonly #planIds: StatementSync;
  readonly #snapshot: StatementSync;
  readonly #keep: StatementSync;

  constructor(db: DatabaseSync, log: SqliteMessageLog) {
    this.#log = log;
    this.#insert = db.prepare(
      'INSERT INTO plan_index (plan_id, first_seq, count, partition, first_offset) VALUES (?, ?, ?, ?, ?)',
    );
    this.#last = db.prepare('SELECT 1 FROM plan_index WHERE plan_id = ? LIMIT 1');
    this.#rows = db.prepare(
      `SELECT first_seq, count, partition, first_offset FROM plan_index
       WHERE plan_id = ? AND first_seq + count > ? ORDER BY first_seq`,
    );
    this.#planIds = db.prepare(
      'SELECT plan_id FROM plan_index WHERE first_seq = 1 AND plan_id > ? ORDER BY plan_id LIMIT ?',
    );
    this.#snapshot = db.prepare('SELECT seq, state, headers FROM snapshots WHERE plan_id = ? AND core_version = ?');
    this.#keep = db.prepare(
      'INSERT OR REPLACE INTO snapshots (plan_id, seq, core_version, state, headers) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** In a transaction. The events' positions come first in `positions`. */
  add(events: readonly StoredEvent[], positions: readonly Position[]): void {
    const rows = new Map<string, { seq: number; count: number; at: Position }>();
    for (const [place, { planId, seq }] of events.entries()) {
      const row = rows.get(planId);
      if (!row) rows.set(planId, { seq, count: 1, at: positions[place]! });
      else if (seq === row.seq + row.count) row.count += 1;
      else
        throw new PlatformError('invalid_request', {
          detail: `Event ${String(seq)} of plan ${planId} does not follow the one before it.`,
        });
    }
    for (const [planId, { seq, count, at }] of rows) this.#insert.run(planId, seq, count, at.partition, at.offset);
  }

  /** In a transaction. */
  keep(snapshots: readonly Snapshot[]): void {
    for (const { planId, seq, coreVersion, state, headers } of snapshots) {
      this.#keep.run(planId, seq, coreVersion, state, JSON.stringify(headers));
    }
  }

  load(planIds: readonly string[], coreVersion: number): ReadonlyMap<string, StoredPlan> {
    const batches = new BatchMemo(this.#log);
    const plans = new Map<string, StoredPlan>();
    for (const planId of planIds) {
      // Most misses are new plans: one look, and nothing else.
      if (!this.#last.get(planId)) continue;
      const snapshot = this.#findSnapshot(planId, coreVersion);
      const after = snapshot?.seq ?? 0;
      const rows = this.#rows.all(planId, after + 1) as unknown as readonly IndexRow[];
      const events = rows.flatMap((row) => batches.events(planId, row)).filter(({ seq }) => seq > after);
      plans.set(planId, snapshot ? { planId, snapshot, events } : { planId, events });
    }
    return plans;
  }

  planIds(after: string, limit: number): readonly string[] {
    return this.#planIds.all(after, limit).map((row) => row['plan_id'] as string);
  }

  #findSnapshot(planId: string, coreVersion: number): Snapshot | undefined {
    const row = this.#snapshot.get(planId, coreVersion) as { seq: number; state: string; headers: string } | undefined;
    if (!row) return undefined;
    const headers = JSON.parse(row.headers) as Record<string, string>;
    return { planId, coreVersion, seq: row.seq, state: row.state, headers };
  }
}

interface ReadBatch {
  readonly baseOffset: number;
  readonly nextOffset: number;
  /** By key, since every plan of a call looks for its few records among those of all the others. */
  readonly byPlan: ReadonlyMap<string, readonly IncomingMessage[]>;
}

class BatchMemo {
  readonly #log: SqliteMessageLog;
  readonly #read = new Map<number, ReadBatch[]>();

  constructor(log: SqliteMessageLog) {
    this.#log = log;
  }

  /** A plan's events of one commit may lie in two rows, when the commit was large. */
  events(planId: string, { first_seq, count, partition, first_offset }: IndexRow): readonly Event[] {
    const events: Event[] = [];
    for (let offset = first_offset; events.length < count;) {
      const batch = this.#at(partition, offset);
      if (!batch) throw missing(planId, partition, offset);
      for (const { offset: at, headers, value } of batch.byPlan.get(planId) ?? []) {
        if (at < first_offset || events.length === count) continue;
        events.push({ seq: first_seq + events.length, headers, value: value as string });
      }
      offset = batch.nextOffset;
    }
    return events;
  }

  #at(partition: number, offset: number): ReadBatch | undefined {
    const read = this.#read.get(partition) ?? [];
    const known = read.find((batch) => batch.baseOffset <= offset && offset < batch.nextOffset);
    if (known) return known;
    const batch = this.#log.readBatch(topics.planEvents, partition, offset);
    if (!batch) return undefined;
    const { baseOffset, nextOffset, records } = batch;
    const fresh = { baseOffset, nextOffset, byPlan: Map.groupBy(records, ({ key }) => key) };
    read.push(fresh);
    this.#read.set(partition, read);
    return fresh;
  }
}

function missing(planId: string, partition: number, offset: number): PlatformError {
  return new PlatformError('data_folder_corrupt', {
    detail: `Events of plan ${planId} are missing in ${topics.planEvents}/${String(partition)} from offset ${String(offset)} on.`,
  });
}
