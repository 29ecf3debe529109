/** Searches of steps and of clients. */
import { Controller, Inject } from '@nestjs/common';
import { decodeMessage, searchQueue, SearchWork, type IncomingMessage } from '@waybill/contracts';
import { DeadLettered, WorkQueue, type DeadLetter } from '@waybill/messaging';
import type { Tracer } from '@waybill/telemetry';
import { SearchKnowledge } from '../../use-cases/search-knowledge.ts';
import { handleInSpan, requestOf } from './request-of.ts';
import { TRACER } from './tokens.ts';

@Controller()
export class SearchConsumer {
  constructor(
    @Inject(SearchKnowledge) private readonly search: SearchKnowledge,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  @WorkQueue({ queue: searchQueue, schema: SearchWork, purpose: 'search' })
  onWork(message: IncomingMessage, work: SearchWork): Promise<void> {
    return handleInSpan(this.tracer, 'Search', message, (request) => this.search.execute(work, request));
  }

  @DeadLettered()
  async onDeadLetter({ message, failure }: DeadLetter): Promise<void> {
    const work = readable(message);
    if (work) await this.search.giveUp(work, requestOf(message), failure);
  }
}

function readable(message: IncomingMessage): SearchWork | undefined {
  try {
    return decodeMessage(message, SearchWork);
  } catch {
    return undefined; // then nobody knows who waits
  }
}
