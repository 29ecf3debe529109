/**
 * Takes a document in: bytes to object storage, then the command to index it.
 * Promises: the bytes are durable before the command exists; a document of the same name in the same collection is replaced and keeps its id,
 * so that a search never finds both.
 */
import { PlatformError, topics, type ClaimCheck, type IngestDocument, type JsonObject } from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import { commandRecord, type Caller } from '../domain/command-record.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { FreshReads } from './fresh-reads.ts';
import { refuseOtherBody } from './submit-task.ts';

export interface NewDocument {
  readonly name: string;
  readonly collection: string;
  readonly metadata: JsonObject;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface AddDocumentParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keys: KeyStore;
  readonly objects: ObjectStore;
  readonly model: ReadModel;
  readonly fresh: FreshReads;
}

export class AddDocument {
  constructor(private readonly parts: AddDocumentParts) {}

  async execute(document: NewDocument, caller: Caller): Promise<{ documentId: string; isReplayed: boolean }> {
    if (document.bytes.length === 0)
      throw new PlatformError('unsupported_document', { detail: 'The document is empty.', pointer: '/text' });
    const { log, clock, crypto, objects } = this.parts;
    const sha256 = crypto.sha256(document.bytes);
    const { documentId, isReplayed } = await this.identify(document, sha256, caller);
    const key = `documents/${documentId}/original`;
    await objects.put(key, { bytes: document.bytes, mediaType: document.mediaType });
    const content: ClaimCheck = { key, sha256, bytes: document.bytes.length, media_type: document.mediaType };
    const { name, collection, metadata } = document;
    const command: IngestDocument = {
      type: 'IngestDocument',
      document_id: documentId,
      name,
      collection,
      metadata,
      content,
    };
    const meta = { id: crypto.newId(), time: new Date(clock.now()).toISOString(), caller };
    await log.append([
      commandRecord(
        { topic: topics.documentRequests, key: documentId },
        'IngestDocument',
        JSON.stringify(command),
        meta,
      ),
    ]);
    return { documentId, isReplayed };
  }

  private async identify(
    document: NewDocument,
    sha256: string,
    { owner, idempotencyKey: key }: Caller,
  ): Promise<{ documentId: string; isReplayed: boolean }> {
    const { fresh, model, crypto, keys } = this.parts;
    await fresh.wait(topics.documentRequests, topics.documentEvents);
    const replaced = await model.findDocumentByName(owner.tenant, document.collection, document.name);
    const documentId = replaced?.document_id ?? crypto.newId();
    if (key === undefined) return { documentId, isReplayed: false };
    const { name, collection, metadata } = document;
    const bodyHash = crypto.sha256(`documents\n${JSON.stringify([name, collection, metadata, sha256])}`);
    const row = await keys.reserve({ tenant: owner.tenant, key, bodyHash, entityId: documentId });
    refuseOtherBody(row.bodyHash, bodyHash);
    return { documentId: row.entityId, isReplayed: row.entityId !== documentId || replaced?.sha256 === sha256 };
  }
}
