/** What the suites of a plan store share: the store under test, commits and events to make, and the log to watch. */
import { randomUUID } from 'node:crypto';
import { topics, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '@waybill/messaging';
import type { Ownership, PlanCommit, PlanStore, StoredEvent } from '../plan-store.ts';

export interface StoreAndLog {
  readonly store: PlanStore;
  readonly log: MessageLog;
}
export interface PlanStoreUnderTest extends StoreAndLog {
  /** Closes both and opens others over the same data. */
  readonly reopen: () => Promise<StoreAndLog>;
  readonly close: () => Promise<void>;
}

export const coreVersion = 3;
export const partition = 1;

export const take = (store: PlanStore, number = partition): Promise<Ownership> => store.take(number, () => undefined);

export const freshPlan = (): string => randomUUID();

export function commitOf(parts: Pick<PlanCommit, 'fence'> & Partial<PlanCommit>): PlanCommit {
  const nothing = { events: [], wakeUps: [], messages: [], snapshots: [] };
  return { commitId: randomUUID(), offsets: { requests: 1, results: 1 }, ...nothing, ...parts };
}

export function event(planId: string, seq: number): StoredEvent {
  const headers = {
    ce_id: `${planId}/${String(seq)}`,
    ce_type: 'waybill.PlanStarted.v1',
    tenant: 'default',
    subject: 'ä',
  };
  const value = JSON.stringify({ seq, data: `€ ${'x'.repeat(seq % 50)}` });
  return { planId, seq, message: { topic: topics.planEvents, key: planId, partition, headers, value } };
}

export const stored = (planId: string, events: readonly StoredEvent[]) => ({
  planId,
  events: events
    .filter((one) => one.planId === planId)
    .map(({ seq, message }) => ({ seq, value: message.value, headers: message.headers })),
});

export const text = ({ value }: OutgoingMessage): string =>
  typeof value === 'string' ? value : Buffer.from(value!).toString();

export async function watch(log: MessageLog, names: readonly string[], from: 'start' | 'end' = 'end') {
  const records: IncomingMessage[] = [];
  let look = (): void => undefined;
  const tail = await log.tail({
    topics: names,
    from,
    onRecords: (batch) => {
      records.push(...batch.records);
      look();
    },
  });
  return {
    records,
    until: (holds: (records: readonly IncomingMessage[]) => boolean) =>
      new Promise<void>((resolve) => {
        look = () => holds(records) && resolve();
        look();
      }),
    close: () => tail.close(),
  };
}
