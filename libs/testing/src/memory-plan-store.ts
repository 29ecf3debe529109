/**
 * A plan store in memory that behaves as the one on PostgreSQL beside Kafka does: the very same publishing, over a database that is in memory.
 * Faults are injected: each hook is asked at the moment at which the real thing can fail.
 */
import { PlatformError } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import {
  PublishingPlanStore,
  type Fence,
  type PlanCommit,
  type PlanDatabase,
  type StoredPlan,
  type Taken,
} from '@waybill/storage';
import type { PlanRecord } from './memory-plan-record.ts';

/** `unknown-kept`: it took place, but the answer was lost; `unknown-late`: it takes place after the answer was given up. */
export type CommitFate = 'ok' | 'fails' | 'unknown-kept' | 'unknown-lost' | 'unknown-late';

export interface PlanStoreFaults {
  commit(): CommitFate;
  /** Asked before each attempt to publish; the log's own faults come on top. */
  publish(): 'ok' | 'gives-up';
  /** Asked before everything else that the database is asked. */
  read?(): 'ok' | 'fails';
}

export interface PlanStoreSurroundings {
  /** The way to the database and back; it may take time, and it never comes back to a process that has died. Default: at once. */
  readonly reach?: <T>(work: () => T) => Promise<T>;
  /** Without it the mark follows each publication at once. */
  readonly clock?: Clock;
  /** How long nothing is published before the mark is moved without a commit; default: the store's own. */
  readonly markAfterMs?: number;
}

const noFaults: PlanStoreFaults = { commit: () => 'ok', publish: () => 'ok' };

/** One process's connection to the record. */
export class InMemoryPlanStore extends PublishingPlanStore {
  constructor(
    record: PlanRecord,
    log: MessageLog,
    faults: PlanStoreFaults = noFaults,
    { reach = atOnce, clock, markAfterMs }: PlanStoreSurroundings = {},
  ) {
    const database = new MemoryPlanDatabase(record, faults, reach);
    super({ database, log: givingUp(log, faults), clock, markAfterMs });
  }
}

class MemoryPlanDatabase implements PlanDatabase {
  constructor(
    private readonly record: PlanRecord,
    private readonly faults: PlanStoreFaults,
    private readonly reach: <T>(work: () => T) => Promise<T>,
  ) {}

  take(partition: number): Promise<Taken> {
    return this.ask(() => this.record.take(partition));
  }

  async commit(commit: PlanCommit, mark: number): Promise<Fence> {
    const fate = this.faults.commit();
    const write = (): Fence => this.record.commit(commit, mark);
    if (fate === 'ok') return this.reach(write);
    if (fate === 'fails') return this.reach((): Fence => fail('The commit failed.'));
    if (fate === 'unknown-kept') await this.reach(write).catch(() => undefined);
    else if (fate === 'unknown-late') void this.reach(write).catch(() => undefined);
    await this.reach(() => undefined);
    throw new PlatformError('commit_unknown');
  }

  lastCommitId(partition: number): Promise<string | undefined> {
    return this.ask(() => this.record.lastCommitId(partition));
  }

  load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    return this.ask(() => this.record.load(planIds, coreVersion));
  }

  publishedPlans(after: string, limit: number): Promise<readonly string[]> {
    return this.ask(() => this.record.publishedPlans(after, limit));
  }

  moveMark(partition: number, ownerEpoch: number, mark: number): Promise<void> {
    return this.ask(() => this.record.moveMark(partition, ownerEpoch, mark));
  }

  private ask<T>(work: () => T): Promise<T> {
    return this.reach(() => (this.faults.read?.() === 'fails' ? fail('The database cannot be reached.') : work()));
  }
}

const atOnce = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);

/** The log as a publisher sees it. */
const givingUp = (log: MessageLog, faults: PlanStoreFaults): MessageLog => ({
  append: (messages) => {
    if (faults.publish() === 'gives-up') fail('Publishing gave up.');
    return log.append(messages);
  },
  partitions: (topic) => log.partitions(topic),
  endOffsets: (topic) => log.endOffsets(topic),
  join: (options) => log.join(options),
  tail: (options) => log.tail(options),
  close: () => log.close(),
});

function fail(detail: string): never {
  throw new PlatformError('log_unavailable', { detail });
}
