/** Replay equals live: what is folded from events is what owners have in memory, which shows in the snapshots that they write. */
import { coreVersion, digestOf, emptyPlan, evolve, restorePlan, type Plan } from '@waybill/workflow';
import type { PlanRecord } from '../../memory-plan-record.ts';
import type { ParsedEvents } from '../parsed-events.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

/** A digest costs more than all else, so one snapshot in so many is looked at; the last one of each plan is looked at in the end. */
const lookAtEvery = 3;

export function replayEqualsLive(logs: PlanLogs, record: PlanRecord, parsed: ParsedEvents): Invariant {
  const states = new Map<string, Plan>();
  let snapshotCount = 0;
  const fold = (plan: Plan, value: string): Plan => evolve(plan, parsed.of(value));
  return {
    promise: 'The fold of plan.events is the live state, and the snapshot and tail of the store.',
    onCommit({ events, snapshots }) {
      for (const { planId, message } of events) states.set(planId, fold(states.get(planId) ?? emptyPlan(), message.value as string));
      return firstBreach(snapshots, ({ planId, seq, state }) => {
        snapshotCount += 1;
        if (snapshotCount % lookAtEvery > 0) return undefined;
        const live = digestOf(restorePlan(state));
        const folded = digestOf(states.get(planId) ?? emptyPlan());
        return live === folded ? undefined : breach(planId, `At ${seq} the owner has ${live}, the events say ${folded}`);
      });
    },
    atRest: () =>
      firstBreach(new Set([...logs.plans.keys(), ...record.plans.keys()]), (planId) => {
        const logged = logs.eventsOf(planId).map(({ value }) => value);
        const stored = record.plans.get(planId)?.events.map(({ value }) => value) ?? [];
        const place = logged.findIndex((value, index) => value !== stored[index]);
        if (place >= 0 || logged.length !== stored.length) {
          return breach(planId, `The log has ${logged.length} events and the store ${stored.length}; they part at ${place + 1}`);
        }
        const { snapshot, events } = record.load([planId], coreVersion).get(planId)!;
        const start = snapshot ? restorePlan(snapshot.state) : emptyPlan();
        const cold = digestOf(events.reduce((plan, { value }) => fold(plan, value), start));
        const folded = digestOf(logged.reduce(fold, emptyPlan()));
        return cold === folded ? undefined : breach(planId, `Snapshot and tail give ${cold}, the events ${folded}`);
      }),
  };
}
