/** Commands about documents: in order per document, several documents at once. */
import { Controller, Inject } from '@nestjs/common';
import { decodeMessage, DocumentRequest, topics, type IncomingMessage } from '@waybill/contracts';
import { DeadLettered, WorkQueue, type DeadLetter } from '@waybill/messaging';
import { DeleteDocument } from '../../use-cases/delete-document.ts';
import { IngestDocument } from '../../use-cases/ingest-document.ts';
import type { Observation } from '../telemetry/observation.ts';
import { handleInSpan, requestOf } from './request-of.ts';
import { OBSERVATION } from './tokens.ts';

/** What was acknowledged, a deletion above all, must not be lost with a restart of the database. Not for ever: it holds up what follows on its document. */
const outageMs = 24 * 3_600_000;

@Controller()
export class DocumentsConsumer {
  constructor(
    @Inject(IngestDocument) private readonly ingest: IngestDocument,
    @Inject(DeleteDocument) private readonly remove: DeleteDocument,
    @Inject(OBSERVATION) private readonly observation: Observation,
  ) {}

  @WorkQueue({
    topic: topics.documentRequests,
    schema: DocumentRequest,
    purpose: 'documents',
    orderedByKey: true,
    outageMs,
  })
  onRequest(message: IncomingMessage, command: DocumentRequest): Promise<void> {
    return handleInSpan(this.observation, command.type, message, (request) => {
      switch (command.type) {
        case 'IngestDocument':
          return this.ingest.execute(command, request);
        case 'DeleteDocument':
          return this.remove.execute(command.document_id, request);
      }
    });
  }

  /** Tried often enough: the document must not stay `parsing` for ever. */
  @DeadLettered()
  async onDeadLetter({ message, failure }: DeadLetter): Promise<void> {
    const command = readable(message);
    if (command?.type === 'IngestDocument') await this.ingest.giveUp(command, requestOf(message), failure);
  }
}

function readable(message: IncomingMessage): DocumentRequest | undefined {
  try {
    return decodeMessage(message, DocumentRequest);
  } catch {
    return undefined; // then nobody knows which document was meant
  }
}
