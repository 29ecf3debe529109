/**
 * A plan store on a database beside the log: a commit is one transaction there, its records are published afterwards by the process that committed.
 * Promises: what a lost owner had committed and not published is published by the next one before it decides anything; a commit whose outcome was
 * unknown is published once `lastCommitId` has answered its id; an older ownership sends nothing more.
 */
import { PlatformError } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { Fence, Ownership, PlanCommit, PlanStore, StoredPlan } from '../plan-store.ts';
import { PartitionPublisher } from './partition-publisher.ts';
import type { PlanDatabase } from './plan-database.ts';

export interface PublishingOptions {
  readonly database: PlanDatabase;
  readonly log: MessageLog;
  /** Without it the mark follows each publication at once. */
  readonly clock?: Clock | undefined;
  /** How long nothing is published before the mark is moved without a commit, ms; default 250. */
  readonly markAfterMs?: number | undefined;
}

const usualMarkAfterMs = 250;

export class PublishingPlanStore implements PlanStore {
  private readonly publishers = new Map<number, PartitionPublisher>();

  constructor(private readonly options: PublishingOptions) {}

  async take(partition: number, lost: (error: unknown) => void): Promise<Ownership> {
    const { database, log, clock, markAfterMs = usualMarkAfterMs } = this.options;
    this.drop(partition);
    const taken = await database.take(partition);
    const { fence, offsets, wakeUps, unpublished } = taken;
    const moveMark = (mark: number): Promise<void> => database.moveMark(partition, fence.ownerEpoch, mark);
    const publisher = new PartitionPublisher(taken, { log, clock, markAfterMs, moveMark, lost });
    await publisher.catchUp(unpublished);
    this.publishers.set(partition, publisher);
    return { fence, offsets, wakeUps };
  }

  async commit(commit: PlanCommit): Promise<Fence> {
    const publisher = this.publishers.get(commit.fence.partition);
    await publisher?.ready();
    try {
      const fence = await this.options.database.commit(commit, publisher?.mark ?? 0);
      publisher?.publishLater(commit);
      return fence;
    } catch (error) {
      if (publisher && error instanceof PlatformError && error.code === 'commit_unknown') publisher.unknown = commit;
      throw error;
    }
  }

  async lastCommitId(partition: number): Promise<string | undefined> {
    const publisher = this.publishers.get(partition);
    const id = await this.options.database.lastCommitId(partition);
    const unknown = publisher?.unknown;
    if (publisher) publisher.unknown = undefined;
    if (unknown && unknown.commitId === id) publisher?.publishLater(unknown);
    return id;
  }

  load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    return this.options.database.load(planIds, coreVersion);
  }

  publishedPlans(after: string, limit: number): Promise<readonly string[]> {
    return this.options.database.publishedPlans(after, limit);
  }

  async release(partition: number): Promise<void> {
    const publisher = this.publishers.get(partition);
    if (!publisher) return;
    await publisher.drained();
    const { mark, ownerEpoch } = publisher;
    if (this.publishers.get(partition) === publisher) this.drop(partition);
    await this.options.database.moveMark(partition, ownerEpoch, mark);
  }

  private drop(partition: number): void {
    this.publishers.get(partition)?.end();
    this.publishers.delete(partition);
  }
}
