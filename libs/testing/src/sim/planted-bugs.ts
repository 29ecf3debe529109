/** Bugs that the simulator must find: each wraps a part of the product as somebody might have written it. */
import { topics } from '@waybill/contracts';
import type { MessageLog, PartitionBatch } from '@waybill/messaging';
import type { PlanStore } from '@waybill/storage';
import type { Core, Plan, PlanCommand } from '@waybill/workflow';
import type { PlanRecord } from '../memory-plan-record.ts';
import { around } from './wrapped-store.ts';

export interface PlantedBug {
  readonly core?: (core: Core) => Core;
  readonly store?: (store: PlanStore, below: { readonly record: PlanRecord; readonly log: MessageLog }) => PlanStore;
  readonly beforeBatch?: (batch: PartitionBatch, record: PlanRecord) => void;
}

/** Nothing is compared: whoever comes may commit. */
const noFence: PlantedBug = {
  store: (store, { record }) =>
    around(store, { commit: (commit) => store.commit({ ...commit, fence: record.fenceOf(commit.fence.partition) }) }),
};

/** The records count as processed before they are. */
const offsetBeforeDecision: PlantedBug = {
  beforeBatch: ({ partition, offsets }, record) =>
    record.forceOffsets(partition, {
      requests: offsets[topics.taskRequests] ?? 0,
      results: offsets[topics.taskResults] ?? 0,
    }),
};

/** The world hears of events that may never be committed. */
const publishBeforeCommit: PlantedBug = {
  store: (store, { log }) =>
    around(store, {
      commit: async (commit) => {
        await log.append([...commit.events.map(({ message }) => message), ...commit.messages]);
        return store.commit(commit);
      },
    }),
};

/** The state goes on after TaskCancelled. */
const cancelNotFinal: PlantedBug = {
  core: ({ decide, evolve }) => ({
    decide,
    evolve: (plan, fact) => (fact.type === 'TaskCancelled' ? plan : evolve(plan, fact)),
  }),
};

/** Whatever comes for a step that is at work is taken, from whichever activation it is. */
const oldEpochResult: PlantedBug = {
  core: ({ decide, evolve }) => ({ decide: (plan, command) => decide(plan, asIfOpen(plan, command)), evolve }),
};

function asIfOpen(plan: Plan, command: PlanCommand): PlanCommand {
  if (command.type !== 'ApplyResult' || plan.status !== 'running') return command;
  const step = plan.steps.get(command.result.step_id);
  if (step?.progress.status !== 'running') return command;
  return { ...command, result: { ...command.result, epoch: step.epoch, turn: step.turn } };
}

/** One need that is missing still counts as none. */
const earlyDispatch: PlantedBug = {
  core: ({ decide, evolve }) => ({
    decide,
    evolve: (plan, fact) => {
      const next = evolve(plan, fact);
      if (fact.type === 'StepCompleted' && next.status === 'running') readyTooEarly(next);
      return next;
    },
  }),
};

function readyTooEarly(plan: Extract<Plan, { status: 'running' }>): void {
  for (const [stepId, step] of plan.steps) {
    if (step.progress.status !== 'pending' || step.missing !== 1) continue;
    step.progress = { status: 'ready' };
    plan.agenda.ready.add(stepId);
  }
}

export const plantedBugs = {
  'no-fence': noFence,
  'offset-before-decision': offsetBeforeDecision,
  'publish-before-commit': publishBeforeCommit,
  'cancel-not-final': cancelNotFinal,
  'old-epoch-result': oldEpochResult,
  'early-dispatch': earlyDispatch,
} as const satisfies Record<string, PlantedBug>;

export type BugName = keyof typeof plantedBugs;
export const bugNames = Object.keys(plantedBugs) as BugName[];
export const noBug: PlantedBug = {};
