/** Composition root of the rag-indexer: binds its use cases to the ports it is given. */
import { Module, type DynamicModule } from '@nestjs/common';
import type { Embedder } from '@waybill/knowledge';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { KnowledgeIndex, ObjectStore } from '@waybill/storage';
import { localPassages } from './adapters/knowledge/local-passages.ts';
import { DocumentsConsumer } from './adapters/messages/documents.consumer.ts';
import { logDocumentRecord } from './adapters/messages/log-document-record.ts';
import { SearchConsumer } from './adapters/messages/search.consumer.ts';
import { OBSERVATION } from './adapters/messages/tokens.ts';
import type { Observation } from './adapters/telemetry/observation.ts';
import type { RebuildReports } from './ports/rebuild-reports.ts';
import { DeleteDocument } from './use-cases/delete-document.ts';
import { DocumentFacts } from './use-cases/document-facts.ts';
import { IngestDocument } from './use-cases/ingest-document.ts';
import { RebuildIndex } from './use-cases/rebuild-index.ts';
import { SearchKnowledge } from './use-cases/search-knowledge.ts';

export interface RagIndexerPorts {
  readonly log: MessageLog;
  readonly objects: ObjectStore;
  readonly index: KnowledgeIndex;
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly observation: Observation;
  readonly reports: RebuildReports;
  /** Of a rebuild. */
  readonly documentsAtOnce: number;
}

@Module({})
export class RagIndexerModule {
  static register(ports: RagIndexerPorts): DynamicModule {
    const { log, objects, index, embedder, clock, observation } = ports;
    const passages = localPassages(embedder);
    const facts = new DocumentFacts(log, clock, (status) => observation.document(status));
    return {
      module: RagIndexerModule,
      controllers: [DocumentsConsumer, SearchConsumer],
      providers: [
        { provide: OBSERVATION, useValue: observation },
        { provide: IngestDocument, useFactory: () => new IngestDocument(index, objects, passages, facts) },
        { provide: DeleteDocument, useFactory: () => new DeleteDocument(index, objects, facts) },
        {
          provide: RebuildIndex,
          useFactory: () => new RebuildIndex({ ...ports, passages, record: logDocumentRecord(log) }),
        },
        { provide: SearchKnowledge, useFactory: () => new SearchKnowledge(index, passages, log, clock) },
      ],
    };
  }
}
