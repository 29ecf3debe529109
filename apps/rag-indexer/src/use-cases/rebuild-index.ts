/**
 * Makes the index hold what the record of documents says, when it cannot be the index of this log: before any work is taken and any search answered.
 * Promises: an index in order costs two small questions; nothing is written on the log; a rebuild that was cut off is taken up by the next start, and
 * several may run at once; what cannot be read any more is passed over and named, what may pass by itself ends the start.
 */
import {
  decodeMessage,
  DocumentEvent,
  failureOf,
  ownerOf,
  PlatformError,
  topics,
  type IncomingMessage,
} from '@waybill/contracts';
import type { IndexedDocument, IndexState, KnowledgeIndex, KnownDocument, ObjectStore } from '@waybill/storage';
import { LastWords, revisionOf, type LastWord } from '../domain/last-words.ts';
import type { DocumentRecord } from '../ports/document-record.ts';
import type { Passages } from '../ports/passages.ts';
import type { RebuildReports } from '../ports/rebuild-reports.ts';
import { requestOfFact } from './document-facts.ts';
import { bytesOf, fingerprintOf, indexedDocument, type DescribedDocument } from './described-document.ts';

export interface RebuildIndexParts {
  readonly index: KnowledgeIndex;
  readonly objects: ObjectStore;
  readonly passages: Passages;
  readonly record: DocumentRecord;
  readonly reports: RebuildReports;
  readonly documentsAtOnce: number;
}

interface Reason {
  readonly why: string;
  /** A document of another log. */
  readonly foreign?: KnownDocument;
}

export class RebuildIndex {
  constructor(private readonly parts: RebuildIndexParts) {}

  async execute(): Promise<void> {
    const { index, reports, documentsAtOnce } = this.parts;
    const reason = await this.#findReason();
    if (!reason) return;
    await index.beginRebuild(reason.foreign);
    const words = await this.#readRecord();
    reports.begun(reason.why, words.filter(({ indexed }) => indexed).length);
    await eachOf(words, documentsAtOnce, (word) => this.#apply(word));
    await index.endRebuild();
  }

  async #findReason(): Promise<Reason | undefined> {
    const { index, record } = this.parts;
    const { highestRevision, isBeingRebuilt } = await index.survey();
    const foreign = highestRevision === undefined ? undefined : await this.#findForeign(highestRevision);
    if (foreign) return foreign;
    if (isBeingRebuilt) return { why: 'an earlier rebuild did not end' };
    if (highestRevision !== undefined) return undefined;
    return (await record.hasFacts()) ? { why: 'it is empty, and the log has a record of documents' } : undefined;
  }

  /** The ends are asked for after the revisions: what others have indexed meanwhile is then on the log as well. */
  async #findForeign(highestRevision: number): Promise<Reason | undefined> {
    const { index, record } = this.parts;
    const shortest = Math.min(...(await record.requestEnds()));
    if (highestRevision < shortest) return undefined;
    const suspects = await index.knownFrom(shortest);
    const ends = await record.requestEnds();
    for (const foreign of suspects) {
      const partition = record.partitionOf(foreign.documentId, ends.length);
      if (foreign.revision < ends[partition]!) continue;
      const { documentId, revision } = foreign;
      const place = `${topics.documentRequests}/${String(partition)}`;
      const why = `it belongs to another log: document ${documentId} is of request ${String(revision)}, and ${place} ends at ${String(ends[partition])}`;
      return { why, foreign };
    }
    return undefined;
  }

  async #readRecord(): Promise<readonly LastWord[]> {
    const words = new LastWords();
    await this.parts.record.readFacts((fact, requestEnds) => this.#hear(words, fact, requestEnds));
    return words.all;
  }

  #hear(words: LastWords, record: IncomingMessage, ends: readonly number[]): void {
    try {
      const revision = revisionOf(record.headers['cause'], topics.documentRequests, ends);
      words.hear(decodeMessage(record, DocumentEvent), ownerOf(record).tenant, revision, requestOfFact(record));
    } catch (error) {
      const place = `${record.topic}/${String(record.partition)}/${String(record.offset)}`;
      this.parts.reports.passedOver(`record ${place}`, failureOf(error));
    }
  }

  /** A row stays of what is not to be found, too: as in an index that has lived through it. */
  async #apply(word: LastWord): Promise<void> {
    const { index } = this.parts;
    const { tenant, documentId, revision, requests, indexed } = word;
    if (isApplied(word, await index.state(tenant, documentId))) return;
    const document = indexed && (await this.#readAgain(indexed, word));
    if (document) await index.replace(document);
    else await index.remove(tenant, documentId, revision, requests);
  }

  async #readAgain(
    document: DescribedDocument,
    { tenant, revision, requests }: LastWord,
  ): Promise<IndexedDocument | undefined> {
    const { passages, reports } = this.parts;
    const { name, media_type: mediaType } = document;
    try {
      const bytes = await bytesOf(document, this.parts.objects);
      const read = await passages.read({ name, mediaType, bytes });
      const vectors = await passages.vectorsOf(name, read);
      const fingerprint = fingerprintOf(passages, document);
      return indexedDocument(document, { read, vectors }, { tenant, revision, fingerprint, requests });
    } catch (error) {
      if (error instanceof PlatformError && error.retryable) throw error;
      reports.passedOver(`document ${document.document_id} (${name})`, failureOf(error));
      return undefined;
    }
  }
}

const isApplied = ({ revision, indexed }: LastWord, state: IndexState | undefined): boolean =>
  state !== undefined &&
  (state.revision > revision ||
    (state.revision === revision && (state.passages !== undefined) === (indexed !== undefined)));

/** The first failure ends it; what runs then finishes unheard. */
async function eachOf<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let hasFailed = false;
  const take = async (): Promise<void> => {
    for (const item of queue) {
      if (hasFailed) return;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}
