/**
 * Takes a document in: bytes to object storage, then the command to index it.
 * Promises: the bytes are durable before the command exists, and those of no other upload take their place; a document of the same name in the same collection is replaced and keeps its id,
 * so that a search never finds both, also of two that come to two gateways at once; a key that comes again changes nothing, whatever became of the document since.
 */
import {
  canonicalJson,
  originalKey,
  PlatformError,
  topics,
  type ClaimCheck,
  type IngestDocument,
  type JsonObject,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { ObjectStore } from '@waybill/storage';
import { commandRecord, refuseMisfit, type Caller } from '../domain/command-record.ts';
import { madeAt } from '../domain/task-id.ts';
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
  /** Where the client gave them: a JSON pointer. */
  readonly at: string;
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

/** Longer than an upload takes until the read model shows it. */
const atOnceMs = 60_000;

interface Identity {
  readonly documentId: string;
  readonly isReplayed: boolean;
  /** The command of this key is on the log. */
  readonly isDone: boolean;
}

export class AddDocument {
  /** The last that is being added of each name: the next one must see what it made. */
  private readonly adding = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: AddDocumentParts) {}

  async execute(document: NewDocument, caller: Caller): Promise<{ documentId: string; isReplayed: boolean }> {
    if (document.bytes.length === 0)
      throw new PlatformError('unsupported_document', { detail: 'The document is empty.', pointer: document.at });
    refuseMisfit(document.metadata, '/metadata');
    const place = JSON.stringify([caller.owner.tenant, document.collection, document.name]);
    const before = this.adding.get(place)?.catch(() => undefined);
    const adding = before ? before.then(() => this.add(document, caller)) : this.add(document, caller);
    this.adding.set(place, adding);
    try {
      return await adding;
    } finally {
      if (this.adding.get(place) === adding) this.adding.delete(place);
    }
  }

  private async add(document: NewDocument, caller: Caller): Promise<Identity> {
    const { log, clock, crypto, objects, keys } = this.parts;
    const sha256 = crypto.sha256(document.bytes);
    const identity = await this.identify(document, sha256, caller);
    if (identity.isDone) return identity;
    const { documentId } = identity;
    const id = crypto.newId();
    const key = originalKey(documentId, id, sha256);
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
    const meta = { id, time: new Date(clock.now()).toISOString(), caller };
    const place = { topic: topics.documentRequests, key: documentId };
    const record = commandRecord(place, 'IngestDocument', JSON.stringify(command), meta); // what it refuses is not stored
    await objects.put(key, { bytes: document.bytes, mediaType: document.mediaType });
    await log.append([record]);
    if (caller.idempotencyKey !== undefined)
      await keys.saveAnswer(caller.owner.tenant, caller.idempotencyKey, documentId);
    return identity;
  }

  private async identify(
    document: NewDocument,
    sha256: string,
    { owner, idempotencyKey: key }: Caller,
  ): Promise<Identity> {
    const { fresh, model, crypto, keys } = this.parts;
    await fresh.wait(topics.documentRequests, topics.documentEvents);
    const replaced = await model.findDocumentByName(owner.tenant, document.collection, document.name);
    const documentId = replaced?.document_id ?? (await this.idOfName(document, owner.tenant));
    if (key === undefined) return { documentId, isReplayed: false, isDone: false };
    const { name, collection, metadata, mediaType } = document;
    const bodyHash = crypto.sha256(`documents\n${canonicalJson([name, collection, metadata, mediaType, sha256])}`);
    const row = await keys.reserve({ tenant: owner.tenant, key, bodyHash, entityId: documentId });
    refuseOtherBody(row.bodyHash, bodyHash);
    const isDone = (await keys.findAnswer(owner.tenant, key)) !== undefined;
    return { documentId: row.entityId, isReplayed: isDone || row.entityId !== documentId, isDone };
  }

  /**
   * Taken like a key, by a text that no client's key can be: another gateway may be adding the same name. What was taken longer ago is in the read model,
   * or was deleted since; then the text that names it is taken in the same way. What was taken last is remembered with the first text, as a short cut.
   */
  private async idOfName({ collection, name }: NewDocument, tenant: string): Promise<string> {
    const { clock, crypto, keys } = this.parts;
    const first = `document name\n${crypto.sha256(JSON.stringify([collection, name]))}`;
    const documentId = crypto.newId();
    const take = async (key: string): Promise<string> =>
      (await keys.reserve({ tenant, key, bodyHash: '', entityId: documentId })).entityId;
    const isOver = (taken: string): boolean => taken !== documentId && clock.now() - madeAt(taken) >= atOnceMs;
    let taken = await take(first);
    if (!isOver(taken)) return taken;
    taken = (await keys.findAnswer(tenant, first)) ?? taken;
    if (!isOver(taken)) return taken;
    while (isOver(taken)) taken = await take(`${first}\n${taken}`);
    await keys.saveAnswer(tenant, first, taken);
    return taken;
  }
}
