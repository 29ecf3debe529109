/** What a coordinator refuses, in three kinds: the generation is over, the member is none any more, or it will pass. */
import type { Refusal } from '../client/refusals.ts';

/** Others join: a new generation begins. */
const over: readonly unknown[] = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'];
const unknownMember = 'UNKNOWN_MEMBER_ID';
/** As while it is started, or has just moved. */
const passing: readonly unknown[] = [
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
];

export const isUnknownMember = (error: unknown): boolean => (error as Refusal).type === unknownMember;

export const isOver = (error: unknown): boolean => over.includes((error as Refusal).type);

/** Asking again may help. */
export const isPassing = (error: unknown): boolean =>
  isUnknownMember(error) ||
  isOver(error) ||
  passing.includes((error as Refusal).type) ||
  (error as Refusal).retriable !== false;
