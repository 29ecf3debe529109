/** Replay equals live: what is folded from events is what owners have in memory, which shows in the snapshots that they write. */
import { coreVersion, digestOf, emptyPlan, evolve, restorePlan, snapshotOf, type Plan } from '@waybill/workflow';
import type { PlanRecord } from '../../memory-plan-record.ts';
import type { ParsedEvents } from '../parsed-events.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

export function replayEqualsLive(logs: PlanLogs, record: PlanRecord, parsed: ParsedEvents): Invariant {
  const states = new Map<string, Plan>();
  const fold = (plan: Plan, value: string): Plan => evolve(plan, parsed.of(value));
  return {
    promise: 'The fold of plan.events is the live state, and the snapshot and tail of the store.',
    onCommit({ events, snapshots }) {
      for (const { planId, message } of events)
        states.set(planId, fold(states.get(planId) ?? emptyPlan(), message.value as string));
      return firstBreach(snapshots, ({ planId, seq, state }) => {
        const folded = states.get(planId) ?? emptyPlan();
        const live = state === snapshotOf(folded) ? folded : restorePlan(state);
        return differ(live, folded)
          ? breach(planId, `At ${seq} the owner has ${digestOf(live)}, the events say ${digestOf(folded)}`)
          : undefined;
      });
    },
    atRest: () =>
      firstBreach(new Set([...logs.plans.keys(), ...record.plans.keys()]), (planId) => {
        const logged = logs.eventsOf(planId).map(({ value }) => value);
        const stored = record.plans.get(planId)?.events.map(({ value }) => value) ?? [];
        const place = logged.findIndex((value, index) => value !== stored[index]);
        if (place >= 0 || logged.length !== stored.length) {
          return breach(
            planId,
            `The log has ${logged.length} events and the store ${stored.length}; they part at ${place + 1}`,
          );
        }
        const { snapshot, events } = record.load([planId], coreVersion).get(planId)!;
        const start = snapshot ? restorePlan(snapshot.state) : emptyPlan();
        const cold = events.reduce((plan, { value }) => fold(plan, value), start);
        const folded = logged.reduce(fold, emptyPlan());
        return differ(cold, folded)
          ? breach(planId, `Snapshot and tail give ${digestOf(cold)}, the events ${digestOf(folded)}`)
          : undefined;
      }),
  };
}

/** A digest costs a lot, and nothing is as equal as the same. */
const differ = (one: Plan, other: Plan): boolean => one !== other && digestOf(one) !== digestOf(other);
