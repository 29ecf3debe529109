/**
 * `waybill verify`: reads the whole log of record of a data folder and holds it against the plan store.
 * Shown for every plan: its events count from 1 without a gap, what is published twice has the same bytes, nothing follows the terminal event, and
 * the state that folds from its events alone has the digest of the state that the store answers.
 * The folder must not be in use; nothing in it is changed.
 */
import { createHash } from 'node:crypto';
import {
  decodeMessage,
  messageText,
  PlanEvent,
  terminalEventTypes,
  topics,
  type IncomingMessage,
} from '@waybill/contracts';
import { readToEnd, type MessageLog } from '@waybill/messaging';
import type { PlanStore, StoredPlan } from '@waybill/storage';
import { coreVersion, digestOf, emptyPlan, evolve, restorePlan, type Plan } from '@waybill/workflow';

export interface Verification {
  readonly plans: number;
  readonly events: number;
  readonly running: number;
  /** One sentence each. */
  readonly problems: readonly string[];
}

interface Folded {
  plan: Plan;
  seq: number;
  ended: boolean;
  readonly texts: string[];
}

const plansAtOnce = 500;

export async function verify(log: MessageLog, store: PlanStore): Promise<Verification> {
  const folds = new Map<string, Folded>();
  const problems: string[] = [];
  await readToEnd(log, topics.planEvents, {
    from: 'start',
    onRecord: (message) => fold(folds, message, problems),
  });
  const planIds = [...folds.keys()];
  for (let from = 0; from < planIds.length; from += plansAtOnce) {
    const stored = await store.load(planIds.slice(from, from + plansAtOnce), coreVersion);
    for (const planId of planIds.slice(from, from + plansAtOnce))
      compare(planId, folds.get(planId)!, stored.get(planId), problems);
  }
  const all = [...folds.values()];
  return {
    plans: all.length,
    events: all.reduce((sum, { seq }) => sum + seq, 0),
    running: all.filter(({ ended }) => !ended).length,
    problems,
  };
}

function fold(folds: Map<string, Folded>, message: IncomingMessage, problems: string[]): void {
  const event = decodeMessage(message, PlanEvent);
  const planId = message.key;
  const folded = folds.get(planId) ?? { plan: emptyPlan(), seq: 0, ended: false, texts: [] };
  folds.set(planId, folded);
  const text = messageText(message);
  if (event.seq <= folded.seq) {
    if (folded.texts[event.seq - 1] !== text)
      problems.push(`Event ${event.seq} of plan ${planId} was published with two texts.`);
    return;
  }
  if (event.seq !== folded.seq + 1)
    problems.push(`Plan ${planId} has no event ${folded.seq + 1}, but event ${event.seq}.`);
  if (folded.ended) problems.push(`Event ${event.seq} of plan ${planId} follows its terminal event.`);
  folded.seq = event.seq;
  folded.ended ||= terminalEventTypes.has(event.type);
  folded.plan = evolve(folded.plan, event);
  folded.texts.push(text);
}

function compare(planId: string, folded: Folded, stored: StoredPlan | undefined, problems: string[]): void {
  if (!stored) {
    problems.push(`Plan ${planId} is in the log and not in the store.`);
    return;
  }
  let plan = stored.snapshot ? restorePlan(stored.snapshot.state) : emptyPlan();
  for (const { value } of stored.events) plan = evolve(plan, PlanEvent.parse(JSON.parse(value)));
  if (digest(plan) !== digest(folded.plan)) problems.push(`Plan ${planId} folds to another state than the store's.`);
}

const digest = (plan: Plan): string => createHash('sha256').update(digestOf(plan)).digest('hex');
