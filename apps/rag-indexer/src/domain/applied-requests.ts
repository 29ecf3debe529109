/**
 * Which commands about a document were handled, the last first, and which of them failed. A producer that did not hear the answer writes a command again, with
 * the same id and a higher offset than what came since; a process that was started in between does not know that it has done it.
 */

/** As many as a gateway remembers of a document. */
const kept = 8;
/** Before the id of one that failed. No id begins with it. */
const failed = '!';

export const failedRequest = (id: string): string => `${failed}${id}`;
const idOf = (entry: string): string => (entry.startsWith(failed) ? entry.slice(failed.length) : entry);
const placeOf = (id: string, entries: readonly string[]): number => entries.findIndex((entry) => idOf(entry) === id);

/** With that one as the last. */
export const requestsWith = (entry: string, before: readonly string[] = []): readonly string[] =>
  [entry, ...before.filter((other) => idOf(other) !== idOf(entry))].slice(0, kept);

/** What a fact says that follows from that one; one that was heard of before keeps its place. */
export const requestsHeard = (entry: string | undefined, before: readonly string[] = []): readonly string[] =>
  entry === undefined || placeOf(idOf(entry), before) > 0 ? before : requestsWith(entry, before);

/** Whether others were handled after it, so that nothing may follow from it any more. A copy of the last one is done once more. */
export const isOldCopy = (id: string, handled: readonly string[] = []): boolean => placeOf(id, handled) > 0;

export const hasLastFailed = ([last]: readonly string[]): boolean => last?.startsWith(failed) ?? false;

/** Whether nothing was ever applied, as far as is known. */
export const haveAllFailed = (handled: readonly string[]): boolean =>
  handled.length > 0 && handled.every((entry) => hasLastFailed([entry]));
