/**
 * The database under `InMemoryPlanStore`: what outlives every process. Each method is one transaction.
 * Promises: `commit` and `moveMark` compare the owner epoch; the mark never moves back; events are kept as they were committed.
 */
import { PlatformError, topics, type OutgoingMessage } from '@waybill/contracts';
import type { Fence, InputOffsets, PlanCommit, Snapshot, StoredPlan, Taken, WakeUp } from '@waybill/storage';

interface Row {
  ownerEpoch: number;
  version: number;
  requests: number;
  results: number;
  lastCommitId: string | undefined;
  /** Messages of commits in their order; those before `mark` were published. */
  readonly outbox: OutgoingMessage[];
  mark: number;
  readonly wakeUps: Map<string, number>;
}

interface PlanRows {
  readonly events: { seq: number; value: string; headers: Readonly<Record<string, string>> }[];
  snapshot?: Snapshot;
}

export class PlanRecord {
  readonly plans = new Map<string, PlanRows>();
  private readonly rows = new Map<number, Row>();

  /** `onCommit` sees each commit that took place. */
  constructor(private readonly onCommit: (commit: PlanCommit) => void = () => {}) {}

  take(partition: number): Taken {
    const row = this.row(partition);
    row.ownerEpoch += 1;
    return {
      fence: this.fenceOf(partition),
      offsets: this.offsetsOf(partition),
      wakeUps: Array.from(row.wakeUps, ([planId, at]): WakeUp => ({ planId, at })),
      unpublished: row.outbox.slice(row.mark),
      mark: row.mark,
    };
  }

  /** `published`: how much of the outbox the owner has published. */
  commit(commit: PlanCommit, published: number): Fence {
    const row = this.row(commit.fence.partition);
    const { ownerEpoch, version } = commit.fence;
    if (row.ownerEpoch !== ownerEpoch || row.version !== version) throw new PlatformError('fenced');
    this.refuseKnown(commit);
    row.version += 1;
    Object.assign(row, commit.offsets);
    row.lastCommitId = commit.commitId;
    row.mark = Math.max(row.mark, published);
    for (const { planId, seq, message } of commit.events) {
      this.rowsOf(planId).events.push({ seq, value: message.value as string, headers: message.headers });
      row.outbox.push(message);
    }
    for (const snapshot of commit.snapshots) this.rowsOf(snapshot.planId).snapshot = snapshot;
    for (const message of commit.messages) row.outbox.push(message);
    for (const { planId, at } of commit.wakeUps) {
      if (at === undefined) row.wakeUps.delete(planId);
      else row.wakeUps.set(planId, at);
    }
    this.onCommit(commit);
    return this.fenceOf(commit.fence.partition);
  }

  lastCommitId(partition: number): string | undefined {
    return this.row(partition).lastCommitId;
  }

  load(planIds: readonly string[], coreVersion: number): ReadonlyMap<string, StoredPlan> {
    const found = new Map<string, StoredPlan>();
    for (const planId of planIds) {
      const plan = this.plans.get(planId);
      if (plan) found.set(planId, storedPlan(planId, plan, coreVersion));
    }
    return found;
  }

  publishedPlans(after: string, limit: number): readonly string[] {
    const published = [...this.rows.values()].flatMap(({ outbox, mark }) => outbox.slice(0, mark));
    const planIds = new Set(published.filter(({ topic }) => topic === topics.planEvents).map(({ key }) => key));
    return [...planIds]
      .filter((planId) => planId > after)
      .toSorted()
      .slice(0, limit);
  }

  /** Of an owner that was replaced nothing is taken. */
  moveMark(partition: number, ownerEpoch: number, published: number): void {
    const row = this.row(partition);
    if (row.ownerEpoch === ownerEpoch) row.mark = Math.max(row.mark, published);
  }

  /** For specs and planted bugs: what a commit has to present just now. */
  fenceOf(partition: number): Fence {
    const { ownerEpoch, version } = this.row(partition);
    return { partition, ownerEpoch, version };
  }

  offsetsOf(partition: number): InputOffsets {
    const { requests, results } = this.row(partition);
    return { requests, results };
  }

  /** For planted bugs: moves the offsets outside of any commit. */
  forceOffsets(partition: number, offsets: InputOffsets): void {
    Object.assign(this.row(partition), offsets);
  }

  /** As it stands; specs look at it. */
  row(partition: number): Row {
    const known = this.rows.get(partition);
    if (known) return known;
    const row: Row = {
      ownerEpoch: 0,
      version: 0,
      requests: 0,
      results: 0,
      lastCommitId: undefined,
      outbox: [],
      mark: 0,
      wakeUps: new Map(),
    };
    this.rows.set(partition, row);
    return row;
  }

  private refuseKnown({ events }: PlanCommit): void {
    for (const { planId, seq } of events) {
      const last = this.plans.get(planId)?.events.at(-1)?.seq ?? 0;
      if (seq <= last) throw new Error(`Event ${seq} of plan ${planId} is there already.`);
    }
  }

  private rowsOf(planId: string): PlanRows {
    const known = this.plans.get(planId);
    if (known) return known;
    const rows: PlanRows = { events: [] };
    this.plans.set(planId, rows);
    return rows;
  }
}

function storedPlan(planId: string, plan: PlanRows, coreVersion: number): StoredPlan {
  const { snapshot } = plan;
  if (snapshot?.coreVersion !== coreVersion) return { planId, events: [...plan.events] };
  return { planId, snapshot, events: plan.events.filter(({ seq }) => seq > snapshot.seq) };
}
