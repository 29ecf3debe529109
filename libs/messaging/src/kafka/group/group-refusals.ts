/** What a coordinator refuses: the generation is over, the member is none any more, or it will pass; what is of none of these kinds stays refused. */
import type { Refusal } from '../client/refusals.ts';

/** Others join: a new generation begins. */
const over: readonly unknown[] = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION'];
const unknownMember = 'UNKNOWN_MEMBER_ID';
/** As the client calls its error when it has tried for long enough to reach a broker. */
const gaveUp = 'KafkaJSNumberOfRetriesExceeded';

export const isUnknownMember = (error: unknown): boolean => (error as Refusal).type === unknownMember;

export const isOver = (error: unknown): boolean => over.includes((error as Refusal).type);

/** It did not answer, or another one is it by now. */
export const isOfCoordinator = (error: unknown): boolean =>
  isPassing(error) && !isOver(error) && !isUnknownMember(error);

/** It answered that another one is it by now, or will be in a moment. */
export const isMoved = (error: unknown): boolean => (error as Refusal).type !== undefined && isOfCoordinator(error);

/** Asking again may help. The client says of each refusal whether it does, but not that who is to join has only to do so, and not that what it gave up itself may be there again. */
export const isPassing = (error: unknown): boolean =>
  isUnknownMember(error) ||
  isOver(error) ||
  (error as Refusal).name === gaveUp ||
  (error as Refusal).retriable !== false;

/** A new member is given its id, and has to come again with it (KIP-394). */
export const idGivenWith = (error: unknown): string | undefined =>
  (error as Refusal).type === 'MEMBER_ID_REQUIRED' ? (error as Refusal).memberId : undefined;
