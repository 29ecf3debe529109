/** Reads and deletes documents; lists see what was written before them. */
import { PlatformError, topics, type DeleteDocument, type DocumentPage, type DocumentView } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { commandRecord, type Caller } from '../domain/command-record.ts';
import { isUuid7 } from '../domain/task-id.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { DocumentQuery, ReadModel } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';
import { cursorOf } from './read-tasks.ts';

export interface ReadDocumentsParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly model: ReadModel;
  readonly fresh: FreshReads;
}

export class ReadDocuments {
  constructor(private readonly parts: ReadDocumentsParts) {}

  /** Throws `document_not_found`. */
  async load(tenant: string, documentId: string): Promise<DocumentView> {
    const { model } = this.parts;
    if (isUuid7(documentId)) {
      await this.refresh();
      const document = await model.findDocument(tenant, documentId);
      if (document) return document;
    }
    throw new PlatformError('document_not_found', {
      detail: `There is no document ${JSON.stringify(documentId.slice(0, 64))}.`,
    });
  }

  async list(query: DocumentQuery): Promise<DocumentPage> {
    await this.refresh();
    const { items, total = items.length } = await this.parts.model.listDocuments({ ...query, limit: query.limit + 1 });
    const page = items.slice(0, query.limit);
    return { items: [...page], next: items.length > query.limit ? cursorOf(page.at(-1)!.document_id) : null, total };
  }

  async delete(documentId: string, caller: Caller): Promise<void> {
    const { log, clock, crypto } = this.parts;
    await this.load(caller.owner.tenant, documentId);
    const command: DeleteDocument = { type: 'DeleteDocument', document_id: documentId };
    const meta = { id: crypto.newId(), time: new Date(clock.now()).toISOString(), caller };
    await log.append([
      commandRecord(
        { topic: topics.documentRequests, key: documentId },
        'DeleteDocument',
        JSON.stringify(command),
        meta,
      ),
    ]);
  }

  private refresh(): Promise<void> {
    return this.parts.fresh.wait(topics.documentRequests, topics.documentEvents);
  }
}
