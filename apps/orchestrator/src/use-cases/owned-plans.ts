/**
 * The plans of one partition that are in memory; a cold one is folded from its snapshot and the events after it.
 * Promises: what it holds is what the store holds plus what the running batch has decided; after a failed commit the owner drops it whole;
 * a plan whose stored events cannot be read stands still alone.
 * A task that was submitted after the partition was taken, and after every plan that is out of memory again, can only be new: the store is not asked.
 */
import { ownerOf, PlanEvent, PlatformError, type OutgoingMessage } from '@waybill/contracts';
import type { PlanStore, StoredPlan } from '@waybill/storage';
import { coreVersion, restorePlan, type Core } from '@waybill/workflow';
import { OwnedPlan } from '../domain/owned-plan.ts';

/** How far the clocks of gateways and orchestrators may be apart, ms. Farther apart a commit may be refused, and is decided again. */
const clockSkewMs = 5_000;

export class OwnedPlans {
  private readonly plans = new Map<string, OwnedPlan>();
  /** Every plan of the partition that was taken in later than this is in memory, ms since 1970. */
  private allKnownFrom: number;

  /** `capacity`: how many plans stay in memory between batches. */
  constructor(
    private readonly store: PlanStore,
    private readonly core: Core,
    private readonly capacity: number,
    takenAt: number,
  ) {
    this.allKnownFrom = takenAt;
  }

  /** Begins the plan of a task that was submitted at this time, unless the store might know it: then `load` has to look. */
  begin(planId: string, submittedAt: number): void {
    if (submittedAt <= this.allKnownFrom + clockSkewMs || this.plans.has(planId)) return;
    this.plans.set(planId, new OwnedPlan(planId, this.core));
  }

  /** Brings the plans of these ids into memory; an id without events is an empty plan. */
  async load(planIds: Iterable<string>): Promise<OwnedPlan[]> {
    const missing: string[] = [];
    for (const planId of planIds) if (!this.plans.has(planId)) missing.push(planId);
    if (missing.length === 0) return [];
    const stored = await this.store.load(missing, coreVersion);
    return missing.map((planId) => {
      const owned = this.fold(planId, stored.get(planId));
      this.plans.set(planId, owned);
      return owned;
    });
  }

  private fold(planId: string, stored: StoredPlan | undefined): OwnedPlan {
    try {
      return fold(new OwnedPlan(planId, this.core), stored);
    } catch (error) {
      const owned = new OwnedPlan(planId, this.core);
      owned.unreadable = unreadable(planId, error);
      return owned;
    }
  }

  has(planId: string): boolean {
    return this.plans.has(planId);
  }

  /** Only after `load`. Counts as a use: what was not used longest is forgotten first. */
  get(planId: string): OwnedPlan {
    const owned = this.plans.get(planId);
    if (!owned) throw new Error(`Plan ${planId} was not loaded`);
    this.plans.delete(planId);
    this.plans.set(planId, owned);
    return owned;
  }

  /** Between batches: forgets what is over the capacity and answers it. */
  trim(): OwnedPlan[] {
    const forgotten: OwnedPlan[] = [];
    for (const [planId, owned] of this.plans) {
      if (this.plans.size <= this.capacity) break;
      this.plans.delete(planId);
      forgotten.push(owned);
      if (owned.begunAt !== undefined) this.allKnownFrom = Math.max(this.allKnownFrom, Date.parse(owned.begunAt));
    }
    return forgotten;
  }
}

function fold(owned: OwnedPlan, stored: StoredPlan | undefined): OwnedPlan {
  if (!stored) return owned;
  if (stored.snapshot) {
    const { state, seq } = stored.snapshot;
    owned.restore(restorePlan(state), seq, state.length);
    adopt(owned, stored.snapshot.headers);
  }
  for (const { value, headers } of stored.events) {
    owned.apply(PlanEvent.parse(JSON.parse(value)));
    owned.stored(value.length);
    adopt(owned, headers);
  }
  return owned;
}

function adopt(owned: OwnedPlan, headers: OutgoingMessage['headers']): void {
  owned.whose = ownerOf({ topic: '', key: '', headers, value: null });
  const { traceparent, tracestate } = headers;
  if (traceparent !== undefined) owned.enter({ traceparent, tracestate });
}

function unreadable(planId: string, cause: unknown): PlatformError {
  const [why] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const detail = `The stored events of task ${planId} cannot be read by this version (${why}): it stands still until one that can takes over.`;
  return new PlatformError('internal', { detail, cause });
}
