/** Facts about documents on `document.events`. Their ids come from the request, so that a repeated request repeats its facts and adds none. */
import {
  encodeMessage,
  topics,
  type DocumentEvent,
  type DocumentStatus,
  type Failure,
  type IncomingMessage,
  type IngestDocument,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { metaOf, type Request } from './request.ts';

/** The id of the request that a fact follows from; undefined: it was made by a version that did not say. */
export function requestOfFact({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const id = headers['ce_id'] ?? '';
  return id.lastIndexOf(':') > 0 ? id.slice(0, id.lastIndexOf(':')) : undefined;
}

/** As much of a request as facts repeat. */
type Described = Pick<IngestDocument, 'document_id' | 'name' | 'collection' | 'metadata'> & {
  readonly content: Omit<IngestDocument['content'], 'key'>;
};

export class DocumentFacts {
  constructor(
    private readonly log: MessageLog,
    private readonly clock: Clock,
    private readonly onStatus: (status: string) => void = () => {},
  ) {}

  /** With `chunks` when it is indexed, with `error` when it failed. */
  async status(
    described: Described,
    request: Request,
    status: DocumentStatus,
    result: { chunks?: number; error?: Failure } = {},
  ): Promise<void> {
    const { document_id, name, collection, metadata, content } = described;
    const { bytes, media_type, sha256 } = content;
    const time = new Date(this.clock.now()).toISOString();
    const document = { document_id, name, collection, metadata, bytes, media_type, sha256 };
    await this.#publish({ type: 'DocumentStatusChanged', time, ...document, status, ...result }, request, status);
  }

  async deleted(documentId: string, request: Request): Promise<void> {
    await this.#publish(
      { type: 'DocumentDeleted', time: new Date(this.clock.now()).toISOString(), document_id: documentId },
      request,
      'deleted',
    );
  }

  async #publish(fact: DocumentEvent, request: Request, what: string): Promise<void> {
    const meta = metaOf(request, `${request.id}:${what}`, this.clock.now(), fact.document_id);
    await this.log.append([
      encodeMessage({ topic: topics.documentEvents, key: fact.document_id, name: fact.type }, fact, meta),
    ]);
    this.onStatus(what);
  }
}
