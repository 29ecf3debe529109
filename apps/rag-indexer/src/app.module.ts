/** Composition root of the rag-indexer: binds its use cases to the ports it is given. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { Embedder } from '@waybill/knowledge';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { KnowledgeIndex, ObjectStore } from '@waybill/storage';
import { localPassages } from './adapters/knowledge/local-passages.ts';
import { DocumentsConsumer } from './adapters/messages/documents.consumer.ts';
import { SearchConsumer } from './adapters/messages/search.consumer.ts';
import { OBSERVATION } from './adapters/messages/tokens.ts';
import type { Observation } from './adapters/telemetry/observation.ts';
import { DeleteDocument } from './use-cases/delete-document.ts';
import { DocumentFacts } from './use-cases/document-facts.ts';
import { IngestDocument } from './use-cases/ingest-document.ts';
import { SearchKnowledge } from './use-cases/search-knowledge.ts';

export interface RagIndexerPorts {
  readonly log: MessageLog;
  readonly objects: ObjectStore;
  readonly index: KnowledgeIndex;
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly observation: Observation;
}

@Module({})
export class RagIndexerModule {
  static register({ log, objects, index, embedder, clock, observation }: RagIndexerPorts): DynamicModule {
    const passages = localPassages(embedder);
    const facts = new DocumentFacts(log, clock, (status) => observation.document(status));
    return {
      module: RagIndexerModule,
      controllers: [DocumentsConsumer, SearchConsumer],
      providers: [
        { provide: OBSERVATION, useValue: observation },
        { provide: IngestDocument, useFactory: () => new IngestDocument(index, objects, passages, facts) },
        { provide: DeleteDocument, useFactory: () => new DeleteDocument(index, objects, facts) },
        { provide: SearchKnowledge, useFactory: () => new SearchKnowledge(index, passages, log, clock) },
      ],
    };
  }
}
