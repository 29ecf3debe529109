/**
 * A plan store in memory that behaves as one on a database beside Kafka does: a commit is one step, its messages are published afterwards,
 * in order, and what a lost owner had not published is published by the next one.
 * Faults are injected: each hook is asked at the moment at which the real thing can fail.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { Fence, Ownership, PlanCommit, PlanStore, Snapshot, StoredPlan, WakeUp } from '@waybill/storage';

export interface PlanStoreFaults {
  /** `unknown-kept`: it took place, but the answer was lost. */
  commit(): 'ok' | 'fails' | 'unknown-kept' | 'unknown-lost';
  /** Asked before each attempt to publish. */
  publish(): 'ok' | 'gives-up';
}

const noFaults: PlanStoreFaults = { commit: () => 'ok', publish: () => 'ok' };

interface Row {
  ownerEpoch: number;
  version: number;
  requests: number;
  results: number;
  lastCommitId: string | undefined;
  /** Messages of commits in their order; those before `mark` were published. */
  outbox: OutgoingMessage[];
  mark: number;
  wakeUps: Map<string, number>;
}

interface PlanRows {
  events: { seq: number; value: string; headers: Readonly<Record<string, string>> }[];
  snapshot?: Snapshot;
}

/** What outlives a process: rows by partition and plan. */
export class PlanRecord {
  readonly rows = new Map<number, Row>();
  readonly plans = new Map<string, PlanRows>();

  row(partition: number): Row {
    const known = this.rows.get(partition);
    if (known) return known;
    const row: Row = { ownerEpoch: 0, version: 0, requests: 0, results: 0, lastCommitId: undefined, outbox: [], mark: 0, wakeUps: new Map() };
    this.rows.set(partition, row);
    return row;
  }
}

/** One process's connection to the record. */
export class InMemoryPlanStore implements PlanStore {
  private readonly publishing = new Map<number, { ownerEpoch: number; chain: Promise<void>; lost: (error: unknown) => void }>();

  constructor(
    private readonly record: PlanRecord,
    private readonly log: MessageLog,
    private readonly faults: PlanStoreFaults = noFaults,
  ) {}

  async take(partition: number, lost: (error: unknown) => void): Promise<Ownership> {
    const row = this.record.row(partition);
    row.ownerEpoch += 1;
    row.version += 1;
    const fence: Fence = { partition, ownerEpoch: row.ownerEpoch, version: row.version };
    await this.publish(row, fence.ownerEpoch);
    this.publishing.set(partition, { ownerEpoch: fence.ownerEpoch, chain: Promise.resolve(), lost });
    const wakeUps = Array.from(row.wakeUps, ([planId, at]): WakeUp => ({ planId, at }));
    return { fence, offsets: { requests: row.requests, results: row.results }, wakeUps };
  }

  async commit(commit: PlanCommit): Promise<Fence> {
    const fault = this.faults.commit();
    await Promise.resolve();
    const row = this.record.row(commit.fence.partition);
    if (row.ownerEpoch !== commit.fence.ownerEpoch || row.version !== commit.fence.version) throw new PlatformError('fenced');
    if (fault === 'fails') throw new PlatformError('log_unavailable', { detail: 'The commit failed.' });
    if (fault === 'unknown-lost') throw new PlatformError('commit_unknown');
    this.write(row, commit);
    this.publishLater(commit.fence, row);
    if (fault === 'unknown-kept') throw new PlatformError('commit_unknown');
    return { ...commit.fence, version: row.version };
  }

  async lastCommitId(partition: number): Promise<string | undefined> {
    return Promise.resolve(this.record.row(partition).lastCommitId);
  }

  async load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    await Promise.resolve();
    const found = new Map<string, StoredPlan>();
    for (const planId of planIds) {
      const plan = this.record.plans.get(planId);
      if (plan) found.set(planId, storedPlan(planId, plan, coreVersion));
    }
    return found;
  }

  async release(partition: number): Promise<void> {
    await this.publishing.get(partition)?.chain;
    this.publishing.delete(partition);
  }

  private write(row: Row, commit: PlanCommit): void {
    row.version += 1;
    row.requests = commit.offsets.requests;
    row.results = commit.offsets.results;
    row.lastCommitId = commit.commitId;
    for (const { planId, seq, message } of commit.events) {
      const plan = this.record.plans.get(planId) ?? { events: [] };
      this.record.plans.set(planId, plan);
      plan.events.push({ seq, value: message.value as string, headers: message.headers });
      row.outbox.push(message);
    }
    for (const snapshot of commit.snapshots) this.record.plans.get(snapshot.planId)!.snapshot = snapshot;
    row.outbox.push(...commit.messages);
    for (const { planId, at } of commit.wakeUps) {
      if (at === undefined) row.wakeUps.delete(planId);
      else row.wakeUps.set(planId, at);
    }
  }

  /** One publisher a partition, one batch at a time; a newer owner's take makes it stop. */
  private publishLater(fence: Fence, row: Row): void {
    const state = this.publishing.get(fence.partition);
    if (!state || state.ownerEpoch !== fence.ownerEpoch) return;
    state.chain = state.chain.then(() => this.publish(row, fence.ownerEpoch)).catch((error: unknown) => state.lost(error));
  }

  private async publish(row: Row, ownerEpoch: number): Promise<void> {
    const until = row.outbox.length;
    if (row.mark >= until) return;
    if (this.faults.publish() === 'gives-up') throw new PlatformError('log_unavailable', { detail: 'Publishing gave up.' });
    await this.log.append(row.outbox.slice(row.mark, until));
    if (row.ownerEpoch === ownerEpoch) row.mark = Math.max(row.mark, until);
  }
}

function storedPlan(planId: string, plan: PlanRows, coreVersion: number): StoredPlan {
  const { snapshot } = plan;
  if (snapshot?.coreVersion !== coreVersion) return { planId, events: plan.events };
  return { planId, snapshot, events: plan.events.filter(({ seq }) => seq > snapshot.seq) };
}
