/**
 * The orchestrator's store in the log's own file: events, messages, offsets, wake-ups and fence are one transaction and one fsync.
 * An event exists once, as the record on the log; the index says in which stored batches a plan's records are.
 */
import type { StatementSync } from 'node:sqlite';
import { PlatformError, topics, type OutgoingMessage } from '@waybill/contracts';
import type { SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import type { Fence, Ownership, PlanCommit, PlanStore, StoredPlan } from '../plan-store.ts';
import { PlanIndex } from './sqlite-plan-index.ts';
import { planSchema } from './sqlite-plan-schema.ts';

export interface SqlitePlanStoreOptions {
  readonly journal: SqliteJournal;
  readonly log: SqliteMessageLog;
}

interface FenceRow {
  owner_epoch: number;
  version: number;
  requests_offset: number;
  results_offset: number;
}

export class SqlitePlanStore implements PlanStore {
  readonly #journal: SqliteJournal;
  readonly #log: SqliteMessageLog;
  readonly #index: PlanIndex;
  readonly #raiseEpoch: StatementSync;
  readonly #advance: StatementSync;
  readonly #lastCommit: StatementSync;
  readonly #wakeUps: StatementSync;
  readonly #setWakeUp: StatementSync;
  readonly #dropWakeUp: StatementSync;

  constructor({ journal, log }: SqlitePlanStoreOptions) {
    this.#journal = journal;
    this.#log = log;
    const { db } = journal;
    db.exec(planSchema);
    this.#index = new PlanIndex(db, log);
    this.#raiseEpoch = db.prepare(
      `INSERT INTO fences (partition, owner_epoch) VALUES (?, 1)
       ON CONFLICT (partition) DO UPDATE SET owner_epoch = owner_epoch + 1
       RETURNING owner_epoch, version, requests_offset, results_offset`,
    );
    this.#advance = db.prepare(
      `UPDATE fences SET version = version + 1, requests_offset = ?, results_offset = ?, last_commit_id = ?
       WHERE partition = ? AND owner_epoch = ? AND version = ?`,
    );
    this.#lastCommit = db.prepare('SELECT last_commit_id FROM fences WHERE partition = ?');
    this.#wakeUps = db.prepare('SELECT plan_id, at FROM wake_ups WHERE partition = ? ORDER BY at');
    this.#setWakeUp = db.prepare('INSERT OR REPLACE INTO wake_ups (partition, plan_id, at) VALUES (?, ?, ?)');
    this.#dropWakeUp = db.prepare('DELETE FROM wake_ups WHERE partition = ? AND plan_id = ?');
  }

  take(partition: number): Promise<Ownership> {
    return this.#journal.run(() => {
      const row = this.#raiseEpoch.get(partition) as unknown as FenceRow;
      const wakeUps = this.#wakeUps.all(partition) as unknown as readonly { plan_id: string; at: number }[];
      return {
        fence: { partition, ownerEpoch: row.owner_epoch, version: row.version },
        offsets: { requests: row.requests_offset, results: row.results_offset },
        wakeUps: wakeUps.map(({ plan_id, at }) => ({ planId: plan_id, at })),
      };
    });
  }

  commit(commit: PlanCommit): Promise<Fence> {
    const messages = recordsOf(commit);
    try {
      refuseStrayEvents(commit);
      this.#log.refuseLarge(messages);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#journal.run(() => this.#write(commit, messages));
  }

  async lastCommitId(partition: number): Promise<string | undefined> {
    const id = this.#lastCommit.get(partition)?.['last_commit_id'];
    return typeof id === 'string' ? id : undefined;
  }

  async load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    return this.#index.load(planIds, coreVersion);
  }

  async publishedPlans(after: string, limit: number): Promise<readonly string[]> {
    return this.#index.planIds(after, limit);
  }

  /** Everything was published by its commit. */
  release(_partition: number): Promise<void> {
    return Promise.resolve();
  }

  /** The fence first: a zombie has written nothing when it is refused, and hurts no other unit. */
  #write(
    { fence, commitId, offsets, events, wakeUps, snapshots }: PlanCommit,
    messages: readonly OutgoingMessage[],
  ): Fence {
    const { partition, ownerEpoch, version } = fence;
    const { changes } = this.#advance.run(offsets.requests, offsets.results, commitId, partition, ownerEpoch, version);
    if (changes !== 1) throw lostFence(fence);
    const positions = this.#log.appendInTransaction(messages);
    this.#index.add(events, positions);
    for (const { planId, at } of wakeUps) {
      if (at === undefined) this.#dropWakeUp.run(partition, planId);
      else this.#setWakeUp.run(partition, planId, at);
    }
    this.#index.keep(snapshots);
    return { partition, ownerEpoch, version: version + 1 };
  }
}

function recordsOf({ events, messages, fence }: PlanCommit): readonly OutgoingMessage[] {
  const { partition } = fence;
  return [
    ...events.map(({ message }) => (message.partition === undefined ? { ...message, partition } : message)),
    ...messages,
  ];
}

/** The index finds an event by its plan's id as the record's key. */
function refuseStrayEvents({ events }: PlanCommit): void {
  for (const { planId, message } of events) {
    if (message.topic === topics.planEvents && message.key === planId && typeof message.value === 'string') continue;
    throw new PlatformError('invalid_request', {
      detail: `An event of plan ${planId} must be a text record of ${topics.planEvents} with the plan's id as key; it is for ${message.topic}, key ${message.key}.`,
    });
  }
}

function lostFence({ partition, ownerEpoch, version }: Fence): PlatformError {
  return new PlatformError('fenced', {
    detail: `Partition ${String(partition)} is no longer owned with epoch ${String(ownerEpoch)} and version ${String(version)}.`,
  });
}
