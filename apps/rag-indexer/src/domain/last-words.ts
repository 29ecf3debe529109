/**
 * What the record of documents says last about each of them, as a rebuild of the index needs it.
 * Promises: it ends as the index would that had lived through the record: the request that came last decides, whenever its fact was written; a failed
 * attempt leaves what was indexed before, and is remembered; a document on its way is not touched, for its request comes again.
 */
import type { DocumentEvent } from '@waybill/contracts';
import { failedRequest, requestsHeard } from './applied-requests.ts';

type StatusChange = Extract<DocumentEvent, { type: 'DocumentStatusChanged' }>;

export interface LastWord {
  readonly tenant: string;
  readonly documentId: string;
  /** Of the request that decided: its offset. */
  readonly revision: number;
  /** The requests that were handled (applied-requests.ts). */
  readonly requests: readonly string[];
  /** Undefined: nothing of it is to be found. */
  readonly indexed: StatusChange | undefined;
}

/** Below every offset: any command beats it. */
export const beforeAllRequests = -1;

export class LastWords {
  readonly #words = new Map<string, LastWord>();

  get all(): readonly LastWord[] {
    return [...this.#words.values()];
  }

  /** In the order of the record. `request`: the id of what it follows from. */
  hear(fact: DocumentEvent, tenant: string, revision: number, request?: string): void {
    const { document_id: documentId } = fact;
    const key = JSON.stringify([tenant, documentId]);
    const known = this.#words.get(key);
    if (isOnItsWay(fact) || (known && known.revision > revision)) return; // the latter: a repeat that came late
    const requests = requestsHeard(entryOf(fact, request), known?.requests);
    this.#words.set(key, { tenant, documentId, revision, requests, indexed: indexedAfter(fact, known?.indexed) });
  }
}

const isOnItsWay = (fact: DocumentEvent): boolean =>
  fact.type === 'DocumentStatusChanged' && fact.status !== 'indexed' && fact.status !== 'failed';

const hasFailed = (fact: DocumentEvent): boolean => fact.type === 'DocumentStatusChanged' && fact.status === 'failed';

const entryOf = (fact: DocumentEvent, request: string | undefined): string | undefined =>
  request !== undefined && hasFailed(fact) ? failedRequest(request) : request;

function indexedAfter(fact: DocumentEvent, before: StatusChange | undefined): StatusChange | undefined {
  if (fact.type === 'DocumentDeleted') return undefined;
  return hasFailed(fact) ? before : fact;
}

/**
 * The revision that a fact's `cause` (`document.requests/partition/offset`) names. A request that the log does not have (`ends`: the next offset of each
 * partition) was one of another log, and its offset says nothing about the order of this one.
 */
export function revisionOf(cause: string | undefined, topic: string, ends: readonly number[]): number {
  const [, of, partition, offset] = /^([^/]+)\/(\d+)\/(\d+)$/.exec(cause ?? '') ?? [];
  const revision = Number(offset);
  return of === topic && revision < (ends[Number(partition)] ?? 0) ? revision : beforeAllRequests;
}
