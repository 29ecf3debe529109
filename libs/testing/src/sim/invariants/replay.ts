/** Replay equals live: what is folded from events is what owners have in memory, which shows in the snapshots that they write. */
import { PlanEvent } from '@waybill/contracts';
import { coreVersion, digestOf, emptyPlan, evolve, restorePlan, type Plan } from '@waybill/workflow';
import type { PlanRecord } from '../../memory-plan-record.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

export function replayEqualsLive(logs: PlanLogs, record: PlanRecord): Invariant {
  const states = new Map<string, Plan>();
  return {
    promise: 'The fold of plan.events is the live state, and the snapshot and tail of the store.',
    onCommit({ events, snapshots }) {
      for (const { planId, message } of events) states.set(planId, fold(states.get(planId) ?? emptyPlan(), message.value as string));
      return firstBreach(snapshots, ({ planId, seq, state }) => {
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
        const cold = digestOf(coldState(record, planId));
        const folded = digestOf(logged.reduce(fold, emptyPlan()));
        return cold === folded ? undefined : breach(planId, `Snapshot and tail give ${cold}, the events ${folded}`);
      }),
  };
}

const fold = (plan: Plan, value: string): Plan => evolve(plan, PlanEvent.parse(JSON.parse(value)));

function coldState(record: PlanRecord, planId: string): Plan {
  const stored = record.load([planId], coreVersion).get(planId);
  if (!stored) return emptyPlan();
  const start = stored.snapshot ? restorePlan(stored.snapshot.state) : emptyPlan();
  return stored.events.reduce((plan, { value }) => fold(plan, value), start);
}
