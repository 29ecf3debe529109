/** A search for a client who waits: it goes to the indexer as work and comes back as a reply. */
import {
  PlatformError,
  searchQueue,
  SearchInput,
  SearchReply,
  workTopic,
  type Json,
  type JsonObject,
  type SearchHit,
  type SearchWork,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import { checkShape } from '../domain/check-shape.ts';
import { commandRecord, type Caller } from '../domain/command-record.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Replies } from '../ports/replies.ts';
import { errorOf } from './cancel-task.ts';

export interface SearchDocumentsParts {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly replies: Replies;
  readonly answerMs: number;
}

const fields = Object.keys(SearchInput.shape);

export class SearchDocuments {
  constructor(private readonly parts: SearchDocumentsParts) {}

  /** Throws `unavailable` when no answer comes in time. */
  async execute(body: unknown, caller: Caller): Promise<readonly SearchHit[]> {
    const input = checkShape(SearchInput, body, { fields });
    const { log, clock, crypto, replies, answerMs } = this.parts;
    const commandId = crypto.newId();
    const reply = replies.waitFor(commandId, answerMs);
    const work: SearchWork = {
      type: 'Search',
      reply_to: { instance: replies.instance, command_id: commandId },
      input: input as unknown as JsonObject,
      not_after: clock.now() + answerMs,
    };
    const meta = { id: commandId, time: new Date(clock.now()).toISOString(), caller };
    let isSent = false;
    const sent = log.append([
      commandRecord({ topic: workTopic(searchQueue), key: commandId }, 'Search', JSON.stringify(work), meta),
    ]);
    // A log that is away is tried for longer than anybody waits for the answer.
    const answer = await Promise.race([reply, sent.then(() => ((isSent = true), reply))]);
    return hitsOf(answer, isSent);
  }
}

function hitsOf(body: unknown, isSent: boolean): readonly SearchHit[] {
  const reply = SearchReply.safeParse(body);
  if (!reply.success) throw new PlatformError('unavailable', { detail: unanswered(isSent), retryAfterMs: 1_000 });
  const { outcome } = reply.data;
  if (outcome.status === 'failed') throw errorOf(outcome.error);
  return hitsIn(outcome.observation);
}

const unanswered = (isSent: boolean): string =>
  isSent
    ? 'The search did not answer in time. Is the indexer running?'
    : 'The search has not reached the indexer in time: the log does not take it just now. Try again in a moment.';

/** The indexer answers an agent and a client alike: `{hits}`, or the list itself. */
function hitsIn(observation: Json): readonly SearchHit[] {
  const list = Array.isArray(observation) ? observation : (observation as JsonObject | null)?.['hits'];
  return Array.isArray(list) ? (list as unknown as SearchHit[]) : [];
}
