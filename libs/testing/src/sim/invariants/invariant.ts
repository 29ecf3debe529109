/** What must hold in every history. Each invariant says its promise in a sentence and answers with what breaks it. */
import type { IncomingMessage, PlanEvent } from '@waybill/contracts';
import type { PlanCommit } from '@waybill/storage';

export interface Breach {
  readonly detail: string;
  readonly planId?: string;
}

export interface Invariant {
  readonly promise: string;
  /** Every record as it is written. */
  onRecord?(record: IncomingMessage): Breach | undefined;
  /** Every event once, in the order of its plan, as a consumer sees it who drops what he has seen. */
  onEvent?(planId: string, event: PlanEvent): string | undefined;
  /** Every commit that took place. */
  onCommit?(commit: PlanCommit): Breach | undefined;
  /** When faults have stopped and nothing happens any more. */
  atRest?(): Breach | undefined;
}

/** The first breach that a look at each of these finds. */
export function firstBreach<T>(items: Iterable<T>, look: (item: T) => Breach | undefined): Breach | undefined {
  for (const item of items) {
    const breach = look(item);
    if (breach) return breach;
  }
  return undefined;
}

export const breach = (planId: string, detail: string): Breach => ({ planId, detail });
