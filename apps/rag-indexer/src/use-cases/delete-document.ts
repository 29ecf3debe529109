/** Makes a document vanish from search, then from object storage. Promise: repeated, it does nothing more; it never removes what came later. */
import type { KnowledgeIndex, ObjectStore } from '@waybill/storage';
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
    if (state && state.revision > request.revision) return undefined;
    await this.index.remove(tenant, documentId, request.revision);
    // Claim checks of a document lie below its id; a document id is never used again.
    for (const key of await this.objects.list(`documents/${documentId}/`)) await this.objects.delete(key);
    await this.facts.deleted(documentId, request);
    return undefined;
  }
}
