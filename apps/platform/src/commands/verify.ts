/**
 * `waybill verify`: reads the whole log of record of a data folder and holds it against the plan store.
 * Shown for every plan: its events count from 1 without a gap, what is published twice has the same bytes, nothing follows the terminal event, and
 * the state that folds from its events alone has the digest of the state that the store answers. A plan of which the store has published something is
 * in the log: `plan.events` is kept for ever, so nothing of it may have gone.
 * Nothing is changed. A data folder must not be in use; a platform on servers may run meanwhile.
 */
import { createHash } from 'node:crypto';
import {
  decodeMessage,
  messageText,
  PlatformError,
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
/** A log that has lost a topic has lost every plan; who reads the findings needs not all of them. */
const lostPlansNamed = 100;

export async function verify(log: MessageLog, store: PlanStore): Promise<Verification> {
  const folds = new Map<string, Folded>();
  const problems: string[] = [];
  const onRecord = (message: IncomingMessage): void => fold(folds, message, problems);
  const ends = await log.endOffsets(topics.planEvents);
  await readToEnd(log, topics.planEvents, { from: 'start', to: ends, onRecord });
  const ahead = new Map<string, StoredPlan>();
  const planIds = [...folds.keys()];
  for (let from = 0; from < planIds.length; from += plansAtOnce)
    await compareAll(planIds.slice(from, from + plansAtOnce), { folds, store, ahead, problems });
  const unread = await publishedBut(folds, store);
  // A platform that runs has written more meanwhile: what was published before this second look has to be there now.
  if (ahead.size + unread.length > 0)
    await readToEnd(log, topics.planEvents, { from: new Map([[topics.planEvents, ends]]), onRecord });
  for (const [planId, stored] of ahead) compareAgain(planId, folds.get(planId)!, stored, problems);
  nameLost(
    unread.filter((planId) => !folds.has(planId)),
    problems,
  );
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

interface Comparison {
  readonly folds: ReadonlyMap<string, Folded>;
  readonly store: PlanStore;
  /** Plans of which the store has more than was read. */
  readonly ahead: Map<string, StoredPlan>;
  readonly problems: string[];
}

/** A store that keeps its events on the log itself cannot load a plan of which the log has lost some: then each plan is loaded alone, and it alone is told. */
async function compareAll(planIds: readonly string[], comparison: Comparison): Promise<void> {
  const { store, problems } = comparison;
  try {
    const stored = await store.load(planIds, coreVersion);
    for (const planId of planIds) compare(planId, stored.get(planId), comparison);
  } catch (error) {
    if (!(error instanceof PlatformError && error.code === 'data_folder_corrupt')) throw error;
    if (planIds.length === 1) problems.push(error.detail);
    else for (const planId of planIds) await compareAll([planId], comparison);
  }
}

function compare(planId: string, stored: StoredPlan | undefined, { folds, ahead, problems }: Comparison): void {
  const folded = folds.get(planId)!;
  if (!stored) problems.push(`Plan ${planId} is in the log and not in the store.`);
  else if (lastSeqOf(stored) > folded.seq) ahead.set(planId, stored);
  else if (digest(planOf(stored)) !== digest(folded.plan)) problems.push(otherState(planId));
}

/** At the event up to which the store had it. */
function compareAgain(planId: string, { seq, texts }: Folded, stored: StoredPlan, problems: string[]): void {
  const last = lastSeqOf(stored);
  if (last > seq) {
    problems.push(
      `Plan ${planId} has events up to ${last} in the store and up to ${seq} in the log: it has lost some, unless no orchestrator runs that publishes them.`,
    );
    return;
  }
  const plan = texts.slice(0, last).reduce((before, text) => evolve(before, eventOf(text)), emptyPlan());
  if (digest(planOf(stored)) !== digest(plan)) problems.push(otherState(planId));
}

const otherState = (planId: string): string => `Plan ${planId} folds to another state than the store's.`;
const eventOf = (text: string): PlanEvent => PlanEvent.parse(JSON.parse(text));
const lastSeqOf = ({ events, snapshot }: StoredPlan): number => events.at(-1)?.seq ?? snapshot?.seq ?? 0;

function planOf({ snapshot, events }: StoredPlan): Plan {
  const before = snapshot ? restorePlan(snapshot.state) : emptyPlan();
  return events.reduce((plan, { value }) => evolve(plan, eventOf(value)), before);
}

/** Plans of which the store has published something and nothing was read. */
async function publishedBut(folds: ReadonlyMap<string, Folded>, store: PlanStore): Promise<string[]> {
  const unread: string[] = [];
  for (let after = '', isLast = false; !isLast;) {
    const planIds = await store.publishedPlans(after, plansAtOnce);
    unread.push(...planIds.filter((planId) => !folds.has(planId)));
    isLast = planIds.length < plansAtOnce;
    after = planIds.at(-1) ?? after;
  }
  return unread;
}

function nameLost(planIds: readonly string[], problems: string[]): void {
  for (const planId of planIds.slice(0, lostPlansNamed))
    problems.push(`Plan ${planId} is in the store and not in the log.`);
  const more = planIds.length - lostPlansNamed;
  if (more > 0) problems.push(`${more} more plans are in the store and not in the log.`);
}

const digest = (plan: Plan): string => createHash('sha256').update(digestOf(plan)).digest('hex');
