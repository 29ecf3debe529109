/** Searches of steps and of clients. */
import { Controller, Inject } from '@nestjs/common';
import { decodeMessage, searchQueue, SearchWork, type IncomingMessage } from '@waybill/contracts';
import { DeadLettered, WorkQueue, type DeadLetter } from '@waybill/messaging';
import { SearchKnowledge } from '../../use-cases/search-knowledge.ts';
import type { Observation } from '../telemetry/observation.ts';
import { handleInSpan, requestOf } from './request-of.ts';
import { OBSERVATION } from './tokens.ts';

@Controller()
export class SearchConsumer {
  constructor(
    @Inject(SearchKnowledge) private readonly search: SearchKnowledge,
    @Inject(OBSERVATION) private readonly observation: Observation,
  ) {}

  @WorkQueue({ queue: searchQueue, schema: SearchWork, purpose: 'search' })
  onWork(message: IncomingMessage, work: SearchWork): Promise<void> {
    return handleInSpan(this.observation, 'Search', message, (request) => this.search.execute(work, request));
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
