/**
 * A plan store in memory that behaves as one on a database beside Kafka does: a commit is one step in the database, its messages are
 * published afterwards, in order, by the process that committed; what a lost owner had not published is published by the next one.
 * Promises: the mark in the database is behind what was published, never ahead; a commit of which the outcome was unknown is published
 * once `lastCommitId` has answered its id; deciding runs ahead of publishing by one commit.
 * Faults are injected: each hook is asked at the moment at which the real thing can fail.
 */
import { PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { Fence, Ownership, PlanCommit, PlanStore, StoredPlan } from '@waybill/storage';
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
  /** How long nothing is published before the mark is moved without a commit; default 50 ms. */
  readonly markAfterMs?: number;
}

const noFaults: PlanStoreFaults = { commit: () => 'ok', publish: () => 'ok' };

/** One partition in the hands of this process. */
interface Publisher {
  readonly ownerEpoch: number;
  readonly lost: (error: unknown) => void;
  /** Settles when everything up to now is published. */
  chain: Promise<void>;
  /** Settles when everything but the last commit is published. */
  previous: Promise<void>;
  published: number;
  isBroken: boolean;
  cancelMark: () => void;
  /** A commit of which the outcome is not known. */
  unknown?: PlanCommit;
}

/** One process's connection to the record. */
export class InMemoryPlanStore implements PlanStore {
  private readonly publishers = new Map<number, Publisher>();

  constructor(
    private readonly record: PlanRecord,
    private readonly log: MessageLog,
    private readonly faults: PlanStoreFaults = noFaults,
    private readonly surroundings: PlanStoreSurroundings = {},
  ) {}

  async take(partition: number, lost: (error: unknown) => void): Promise<Ownership> {
    this.drop(partition);
    const { fence, offsets, wakeUps, unpublished, end } = await this.ask(() => this.record.take(partition));
    const settled = Promise.resolve();
    const publisher: Publisher = {
      ownerEpoch: fence.ownerEpoch,
      lost,
      chain: settled,
      previous: settled,
      published: end - unpublished.length,
      isBroken: false,
      cancelMark: () => {},
    };
    await this.publish(publisher, unpublished);
    await this.ask(() => this.record.moveMark(partition, fence.ownerEpoch, publisher.published));
    this.publishers.set(partition, publisher);
    return { fence, offsets, wakeUps };
  }

  async commit(commit: PlanCommit): Promise<Fence> {
    const publisher = this.publishers.get(commit.fence.partition);
    if (publisher) await publisher.previous;
    if (publisher?.isBroken) throw new PlatformError('log_unavailable', { detail: 'Publishing has given up.' });
    const fate = this.faults.commit();
    const write = (): Fence => this.record.commit(commit, publisher?.published ?? 0);
    if (fate === 'fails') return this.reach((): Fence => fail('The commit failed.'));
    if (fate === 'ok') {
      const fence = await this.reach(write);
      this.publishLater(publisher, commit);
      return fence;
    }
    if (publisher) publisher.unknown = commit;
    if (fate === 'unknown-kept') await this.reach(write).catch(() => undefined);
    else if (fate === 'unknown-late') void this.reach(write).catch(() => undefined);
    await this.reach(() => undefined);
    throw new PlatformError('commit_unknown');
  }

  async lastCommitId(partition: number): Promise<string | undefined> {
    const publisher = this.publishers.get(partition);
    const id = await this.ask(() => this.record.lastCommitId(partition));
    const unknown = publisher?.unknown;
    if (publisher) delete publisher.unknown;
    if (unknown && unknown.commitId === id) this.publishLater(publisher, unknown);
    return id;
  }

  load(planIds: readonly string[], coreVersion: number): Promise<ReadonlyMap<string, StoredPlan>> {
    return this.ask(() => this.record.load(planIds, coreVersion));
  }

  async release(partition: number): Promise<void> {
    const publisher = this.publishers.get(partition);
    if (!publisher) return;
    await publisher.chain;
    this.drop(partition);
    await this.ask(() => this.record.moveMark(partition, publisher.ownerEpoch, publisher.published));
  }

  private reach<T>(work: () => T): Promise<T> {
    if (this.surroundings.reach) return this.surroundings.reach(work);
    return Promise.resolve().then(work);
  }

  private ask<T>(work: () => T): Promise<T> {
    return this.reach(() => (this.faults.read?.() === 'fails' ? fail('The database cannot be reached.') : work()));
  }

  private drop(partition: number): void {
    const publisher = this.publishers.get(partition);
    if (!publisher) return;
    publisher.cancelMark();
    publisher.isBroken = true; // an older ownership sends nothing more
    this.publishers.delete(partition);
  }

  /**
   * One batch at a time; once it has given up it sends nothing more. The answer to a commit may come after the partition was taken anew:
   * what was committed before is the new publisher's by then, and must not be counted twice.
   */
  private publishLater(publisher: Publisher | undefined, { fence: { partition }, events, messages }: PlanCommit): void {
    if (!publisher || publisher.isBroken) return;
    publisher.cancelMark();
    const outgoing = [...events.map(({ message }) => message), ...messages];
    publisher.previous = publisher.chain;
    publisher.chain = publisher.chain.then(async () => {
      if (publisher.isBroken) return;
      try {
        await this.publish(publisher, outgoing);
        this.markWhenIdle(partition, publisher);
      } catch (error) {
        publisher.isBroken = true;
        publisher.lost(error);
      }
    });
  }

  private async publish(publisher: Publisher, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    if (this.faults.publish() === 'gives-up') fail('Publishing gave up.');
    await this.log.append(messages);
    publisher.published += messages.length;
  }

  private markWhenIdle(partition: number, publisher: Publisher): void {
    const { clock, markAfterMs = 50 } = this.surroundings;
    const mark = (): void => {
      if (publisher.isBroken) return;
      this.ask(() => this.record.moveMark(partition, publisher.ownerEpoch, publisher.published)).catch(() => undefined);
    };
    publisher.cancelMark();
    if (clock) publisher.cancelMark = clock.after(markAfterMs, mark);
    else mark();
  }
}

function fail(detail: string): never {
  throw new PlatformError('log_unavailable', { detail });
}
