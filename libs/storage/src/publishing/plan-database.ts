/**
 * The port of a database beside the log: what a plan store keeps when a commit and its publication cannot be one transaction.
 *
 * Promises of every adapter
 * - Each method is one transaction; `commit` and `moveMark` compare the owner epoch.
 * - A commit's records (events, then messages) get the next positions of their partition's outbox; those below the mark were published.
 * - The mark never moves back.
 */
import type { OutgoingMessage } from '@waybill/contracts';
import type { Fence, Ownership, PlanCommit, PlanStore } from '../plan-store.ts';

export interface Taken extends Ownership {
  /** From the mark on, in the order of their positions. */
  readonly unpublished: readonly OutgoingMessage[];
  /** The position of the first of them, or the next one when there is none. */
  readonly mark: number;
}

export interface PlanDatabase extends Pick<PlanStore, 'lastCommitId' | 'load' | 'publishedPlans'> {
  take(partition: number): Promise<Taken>;
  /** `mark`: what lies below it the owner has published. Rejects as `PlanStore.commit` does. */
  commit(commit: PlanCommit, mark: number): Promise<Fence>;
  /** Of an owner that was replaced nothing is taken. */
  moveMark(partition: number, ownerEpoch: number, mark: number): Promise<void>;
}
