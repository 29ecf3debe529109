/**
 * The port of the orchestrator's store: events, fence rows, wake-ups and snapshots; the record from which plans are loaded.
 *
 * Promises of every adapter
 * - `commit` is one transaction: all of it or nothing. It succeeds only for the owner whose epoch and version are the row's, and increments the version.
 * - It resolves once everything in it is durable, and its messages are published afterwards in their order (SQLite: in the same transaction). Nothing in it is visible before.
 * - It is refused, whole, when one of its events is there already: an owner may decide on the assumption that a plan is new.
 * - It rejects with `fenced` (nothing was written; somebody else owns the partition), `commit_unknown` (look at `lastCommitId`), or anything else: nothing was written.
 * - What a lost owner had committed and not published is published by the next `take` before it resolves.
 */
import type { OutgoingMessage } from '@waybill/contracts';

/** Where reading of the partition's two topics goes on: the next offsets. */
export interface InputOffsets {
  readonly requests: number;
  readonly results: number;
}

export interface Fence {
  readonly partition: number;
  readonly ownerEpoch: number;
  readonly version: number;
}

export interface Ownership {
  readonly fence: Fence;
  readonly offsets: InputOffsets;
  /** Every plan of the partition that waits for a time, with the earliest such time in ms since 1970. */
  readonly wakeUps: readonly WakeUp[];
}

/** One row a plan: no event of its timers is due before `at`. Undefined removes the row. */
export interface WakeUp {
  readonly planId: string;
  readonly at: number | undefined;
}

/** An event with its place in its plan and the record that is published for it, to the letter. */
export interface StoredEvent {
  readonly planId: string;
  readonly seq: number;
  readonly message: OutgoingMessage;
}

/** The state of a plan as the core wrote it, after event `seq`, by the core of `coreVersion`. */
export interface Snapshot {
  readonly planId: string;
  readonly seq: number;
  readonly coreVersion: number;
  readonly state: string;
  /** Of the plan's last event: whose data it is, and its trace. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface PlanCommit {
  readonly fence: Fence;
  /** Unique to this attempt to commit. */
  readonly commitId: string;
  readonly offsets: InputOffsets;
  readonly events: readonly StoredEvent[];
  readonly wakeUps: readonly WakeUp[];
  /** Dispatches, signals and replies that follow from the events, published after them. */
  readonly messages: readonly OutgoingMessage[];
  readonly snapshots: readonly Snapshot[];
}

/** Snapshot, if there is one of this core version, and the events after it, ascending, as they were committed. */
export interface StoredPlan {
  readonly planId: string;
  readonly snapshot?: Snapshot;
  readonly events: readonly {
    readonly seq: number;
    readonly value: string;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

export interface PlanStore {
  /**
   * Increments the partition's owner epoch first, so that whoever had it before can write no more.
   * `lost` is called at most once, when the partition has to be taken anew though no commit failed: publishing has given up.
   */
  take(partition: number, lost: (error: unknown) => void): Promise<Ownership>;
  /** Answers the fence for the next commit. */
  commit(commit: PlanCommit): Promise<Fence>;
  /** The id of the partition's last commit, to decide an unknown outcome. When it is that commit's, its messages are published from now on. */
  lastCommitId(partition: number): Promise<string | undefined>;
  /** The plans of these ids that exist. */
  load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>>;
  /** Ids of plans of which something is published, so that the log must have them: at most `limit` of those after `after`, in the store's own order. */
  publishedPlans(after: string, limit: number): Promise<readonly string[]>;
  /** Publishes what is still to be published and forgets the partition. */
  release(partition: number): Promise<void>;
}
