/**
 * Makes a document vanish from search, then from object storage.
 * Promise: repeated, it does nothing more; it never removes what came later, nor says so of it: a document that is added again meanwhile keeps its id,
 * and its new bytes lie there before its command does; one that was added again since keeps its passages when the deletion comes again late.
 */
import { originalOf } from '@waybill/contracts';
import type { IndexState, KnowledgeIndex, ObjectStore } from '@waybill/storage';
import { isOldCopy, requestsWith } from '../domain/applied-requests.ts';
import type { DocumentFacts } from './document-facts.ts';
import type { Ending, Request } from './request.ts';

export class DeleteDocument {
  constructor(
    private readonly index: KnowledgeIndex,
    private readonly objects: ObjectStore,
    private readonly facts: DocumentFacts,
  ) {}

  async execute(documentId: string, request: Request): Promise<Ending> {
    const { tenant } = request.owner;
    const state = await this.index.state(tenant, documentId);
    if (isOvertaken(request, state) || isOldCopy(request.id, state?.requests)) return undefined;
    await this.index.remove(tenant, documentId, request.revision, requestsWith(request.id, state?.requests));
    // Claim checks of a document lie below its id.
    for (const key of await this.objects.list(`documents/${documentId}/`))
      if ((originalOf(key)?.uploadedAt ?? 0) <= request.madeAt) await this.objects.delete(key);
    // Another indexer may have gone on with its partition, if this one was frozen.
    if (!isOvertaken(request, await this.index.state(tenant, documentId)))
      await this.facts.deleted(documentId, request);
    return undefined;
  }
}

const isOvertaken = ({ revision }: Request, state: IndexState | undefined): boolean =>
  state !== undefined && state.revision > revision;
