/** What a step has done so far. A journal that an event has carried is never changed: each outcome makes a new one. */
import type { Failure, JournalEntry, Json } from '@waybill/contracts';
import type { Step } from './plan.ts';

type CallOutcomeData =
  { readonly ordinal: number; readonly observation: Json } | { readonly ordinal: number; readonly error: Failure };

/** Answers whether that was the last open call. */
export function recordCall(step: Step, data: CallOutcomeData): boolean {
  if (step.progress.status !== 'waiting') return false;
  const { calls } = step.progress;
  const open = calls.get(data.ordinal);
  if (!open) return false;
  calls.delete(data.ordinal);
  const entry: JournalEntry = { ordinal: data.ordinal, turn: step.turn, call: open.call };
  if (open.thought !== undefined) entry.thought = open.thought;
  if ('error' in data) entry.error = data.error;
  else entry.observation = data.observation;
  step.journal = insert(step.journal, entry);
  return calls.size === 0;
}

/** By ordinal; outcomes mostly come in order, so the place is looked for from the end. */
function insert(journal: readonly JournalEntry[], entry: JournalEntry): readonly JournalEntry[] {
  let place = journal.length;
  while (place > 0 && journal[place - 1]!.ordinal > entry.ordinal) place -= 1;
  return [...journal.slice(0, place), entry, ...journal.slice(place)];
}
