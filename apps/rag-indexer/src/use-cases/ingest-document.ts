/**
 * Makes a document findable, and says at every stage how far it is.
 * Promises: `indexed` is said only once its passages are found; a document that cannot be read fails alone, with a reason, and what was
 * indexed of it before stays, with its bytes; what is older than the index's state changes nothing, nor does a copy that comes late of what was handled or has failed; the same
 * content again costs one look and one small write.
 */
import { failureOf, PlatformError, type Failure, type IngestDocument as Ingest } from '@waybill/contracts';
import type { IndexedDocument, IndexState, KnowledgeIndex, ObjectStore } from '@waybill/storage';
import {
  failedRequest,
  hasLastFailed,
  haveAllFailed,
  isOldCopy,
  requestsHeard,
  requestsWith,
} from '../domain/applied-requests.ts';
import { outdatedOriginals } from '../domain/originals.ts';
import type { Passages, TextPassage } from '../ports/passages.ts';
import {
  bytesOf,
  describedBy,
  describedIn,
  fingerprintOf,
  indexedDocument,
  isContentOf,
  sha256In,
} from './described-document.ts';
import type { DocumentFacts } from './document-facts.ts';
import type { Ending, Request } from './request.ts';

export class IngestDocument {
  constructor(
    private readonly index: KnowledgeIndex,
    private readonly objects: ObjectStore,
    private readonly passages: Passages,
    private readonly facts: DocumentFacts,
  ) {}

  async execute(command: Ingest, request: Request): Promise<Ending> {
    const state = await this.index.state(request.owner.tenant, command.document_id);
    if (state && state.revision > request.revision) return undefined;
    if (state && isOldCopy(request.id, state.requests)) return this.#passOver(command, request, state);
    const fingerprint = fingerprintOf(this.passages, describedBy(command));
    const requests = requestsWith(request.id, state?.requests);
    if (state?.fingerprint === fingerprint && state.passages !== undefined) {
      await this.index.confirm(request.owner.tenant, command.document_id, request.revision, requests);
      if (!(await this.#isOvertaken(command, request))) await this.#indexed(command, request, state.passages);
      return undefined;
    }
    return this.#ingest(command, request, { fingerprint, requests });
  }

  /** It was tried often enough. */
  async giveUp(command: Ingest, request: Request, error: Failure): Promise<void> {
    if (await this.#isOvertaken(command, request)) return;
    const { tenant } = request.owner;
    const state = await this.index.state(tenant, command.document_id);
    const requests = requestsHeard(failedRequest(request.id), state?.requests);
    await this.index.confirm(tenant, command.document_id, request.revision, requests);
    await this.facts.status(command, request, 'failed', { error });
    if (state?.passages !== undefined) await this.#clearOriginals(command, sha256In(state.fingerprint));
    // Was anything of it indexed before? Then a rebuild could not read it.
    else if (haveAllFailed(requests)) await this.#clearOriginals(command);
  }

  /** Another indexer has gone on with its partition, if this one was frozen; of what that one deleted the stages that were said here must not be the last word. */
  async #isOvertaken({ document_id: id }: Ingest, request: Request): Promise<boolean> {
    const state = await this.index.state(request.owner.tenant, id);
    if (!state || state.revision <= request.revision) return false;
    if (isDeleted(state)) await this.facts.deleted(id, request);
    return true;
  }

  async #ingest(
    command: Ingest,
    request: Request,
    applied: Pick<IndexedDocument, 'fingerprint' | 'requests'>,
  ): Promise<Ending> {
    await this.facts.status(command, request, 'parsing');
    const read = await this.#orFail(command, request, () => this.#read(command));
    if ('failure' in read) return read.failure;
    await this.facts.status(command, request, 'embedding');
    const vectors = await this.#orFail(command, request, () => this.passages.vectorsOf(command.name, read.done));
    if ('failure' in vectors) return vectors.failure;
    const about = { tenant: request.owner.tenant, revision: request.revision, ...applied };
    const embedded = { read: read.done, vectors: vectors.done };
    await this.index.replace(indexedDocument(describedBy(command), embedded, about));
    if (await this.#isOvertaken(command, request)) return undefined;
    await this.#indexed(command, request, read.done.length);
    return undefined;
  }

  /** A gateway that forgets the requests of what is deleted shows the document as waiting: it hears what is there. */
  async #passOver(command: Ingest, request: Request, state: IndexState): Promise<Ending> {
    const { document_id: id } = command;
    if (isDeleted(state)) await this.facts.deleted(id, request);
    else if (state.passages === undefined) await this.facts.status(command, request, 'failed', { error: laterFailed });
    if (state.passages === undefined) return undefined;
    const document = describedIn(state.fingerprint, id);
    const bytes = await bytesOf(document, this.objects).catch(unlessGone);
    if (!bytes || (await this.#isOvertaken(command, request))) return undefined;
    const content = { sha256: document.sha256, media_type: document.media_type, bytes: bytes.length };
    await this.facts.status({ ...document, content }, request, 'indexed', { chunks: state.passages });
    return undefined;
  }

  async #indexed(command: Ingest, request: Request, chunks: number): Promise<void> {
    await this.facts.status(command, request, 'indexed', { chunks });
    await this.#clearOriginals(command);
  }

  /** Not before the record says what became of the command: a rebuild needs the bytes of what was indexed last. What fails here is made up for by the next. */
  async #clearOriginals({ document_id: id, content }: Ingest, kept?: string): Promise<void> {
    try {
      const keys = await this.objects.list(`documents/${id}/`);
      for (const key of outdatedOriginals(keys, content.key, kept)) await this.objects.delete(key);
    } catch {
      return;
    }
  }

  async #read({ name, content }: Ingest): Promise<readonly TextPassage[]> {
    const { bytes } = await this.objects.get(content.key);
    if (!(await isContentOf(content, bytes))) {
      throw new PlatformError('unreadable_document', {
        detail: `The stored object ${content.key} is not the one that was announced (sha256 differs).`,
      });
    }
    return this.passages.read({ name, mediaType: content.media_type, bytes });
  }

  /** A failure was said. What may pass by itself is thrown on, to be tried again. */
  async #orFail<T>(
    command: Ingest,
    request: Request,
    work: () => Promise<T>,
  ): Promise<{ done: T } | { failure: Failure }> {
    try {
      return { done: await work() };
    } catch (error) {
      if (!(error instanceof PlatformError) || error.retryable) throw error;
      const failure = failureOf(error);
      await this.giveUp(command, request, failure);
      return { failure };
    }
  }
}

const isDeleted = ({ passages, requests }: IndexState): boolean => passages === undefined && !hasLastFailed(requests);

const laterFailed = failureOf(
  new PlatformError('unreadable_document', { detail: 'What was sent after it could not be read.' }),
);

function unlessGone(error: unknown): undefined {
  if (!(error instanceof PlatformError) || error.retryable) throw error;
}
