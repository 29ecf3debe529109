/** Facts about documents on `document.events`. Their ids come from the request, so that a repeated request repeats its facts and adds none. */
import {
  encodeMessage,
  topics,
  type DocumentEvent,
  type DocumentStatus,
  type Failure,
  type IngestDocument,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { metaOf, type Request } from './request.ts';

export class DocumentFacts {
  constructor(
    private readonly log: MessageLog,
    private readonly clock: Clock,
    private readonly onStatus: (status: string) => void = () => {},
  ) {}

  /** With `chunks` when it is indexed, with `error` when it failed. */
  async status(
    command: IngestDocument,
    request: Request,
    status: DocumentStatus,
    result: { chunks?: number; error?: Failure } = {},
  ): Promise<void> {
    const { document_id, name, collection, metadata, content } = command;
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
