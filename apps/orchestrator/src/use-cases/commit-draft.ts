/** What the running batch has decided and the store does not have yet. */
import { failureOf, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { PlanCommit, Snapshot, StoredEvent, WakeUp } from '@waybill/storage';
import type { OwnedPlan } from '../domain/owned-plan.ts';

export class CommitDraft {
  readonly events: StoredEvent[] = [];
  readonly messages: OutgoingMessage[] = [];
  readonly touched = new Set<OwnedPlan>();
  readonly wakeUps: WakeUp[] = [];
  readonly snapshots: Snapshot[] = [];
  /** Records that cannot be processed, with the reason; they go to the dead-letter topic with the commit. */
  readonly poisoned: { record: IncomingMessage; error: unknown }[] = [];

  /** `at`: the time at which all of it is decided. */
  constructor(readonly at: number) {}

  get isEmpty(): boolean {
    return this.events.length + this.messages.length + this.wakeUps.length + this.poisoned.length === 0;
  }

  reject(record: IncomingMessage, error: unknown): void {
    this.poisoned.push({ record, error });
  }

  body(): Pick<PlanCommit, 'events' | 'messages' | 'wakeUps' | 'snapshots'> {
    return { events: this.events, messages: this.messages, wakeUps: this.wakeUps, snapshots: this.snapshots };
  }

  reasons(): string[] {
    return this.poisoned.map(({ error }) => failureOf(error).detail);
  }
}
