/**
 * Which commands about a document were applied, the last first. A producer that did not hear the answer writes a command again, with the same id and a
 * higher offset than what came since; a process that was started in between does not know that it has done it.
 */

/** As many as a gateway remembers of a document. */
const kept = 8;

/** With that one as the last. */
export const requestsWith = (id: string, before: readonly string[] = []): readonly string[] =>
  [id, ...before.filter((other) => other !== id)].slice(0, kept);

/** What a fact says that follows from that one; one that was heard of before keeps its place. */
export const requestsHeard = (id: string | undefined, before: readonly string[] = []): readonly string[] =>
  id === undefined || before.includes(id) ? before : requestsWith(id, before);

/** Whether others were applied after it, so that nothing may follow from it any more. A copy of the last one is done once more. */
export const isOldCopy = (id: string, applied: readonly string[] = []): boolean => applied.indexOf(id) > 0;
