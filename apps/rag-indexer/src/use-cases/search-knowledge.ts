/**
 * Answers a search: for a step's call on `task.results`, for a waiting client on `replies`.
 * Promises: every failure is an outcome with its class, but a step waits for an index that is away (docs/decisions/0017) where a client is told; the same
 * request has the same answer id; after `not_after` it is not begun.
 */
import {
  encodeMessage,
  failureOf,
  PlatformError,
  SearchInput,
  topics,
  type CallOutcome,
  type CallResult,
  type Failure,
  type Json,
  type OutgoingMessage,
  type SearchHit,
  type SearchReply,
  type SearchWork,
} from '@waybill/contracts';
import type { Clock, MessageLog } from '@waybill/messaging';
import type { KnowledgeIndex } from '@waybill/storage';
import type { Passages } from '../ports/passages.ts';
import { metaOf, type Ending, type Request } from './request.ts';

export class SearchKnowledge {
  constructor(
    private readonly index: KnowledgeIndex,
    private readonly passages: Passages,
    private readonly log: MessageLog,
    private readonly clock: Clock,
  ) {}

  async execute(work: SearchWork, request: Request): Promise<Ending> {
    if (this.clock.now() > work.not_after) return undefined;
    const outcome = await this.#outcome(work, request.owner.tenant);
    await this.#answer(work, request, outcome);
    return outcome.status === 'failed' ? outcome.error : undefined;
  }

  /** The work could not even be read or answered: whoever waits hears of it. */
  async giveUp(work: SearchWork, request: Request, error: Failure): Promise<void> {
    await this.#answer(work, request, { status: 'failed', error });
  }

  async #outcome(work: SearchWork, tenant: string): Promise<CallOutcome> {
    try {
      const hits = await this.#find(work, tenant);
      return { status: 'completed', observation: { hits: hits as unknown as Json } };
    } catch (error) {
      if (work.call && isAway(error)) throw error;
      return { status: 'failed', error: failureOf(error) };
    }
  }

  async #find(work: SearchWork, tenant: string): Promise<SearchHit[]> {
    const input = SearchInput.safeParse(work.input);
    if (!input.success) {
      const [issue] = input.error.issues;
      throw new PlatformError('invalid_input', {
        detail: `The search is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
        pointer: `/${issue?.path.join('/') ?? ''}`,
      });
    }
    const { query: text, k, collection, filter } = input.data;
    const vector = await this.passages.vectorOf(text);
    const found = await this.index.search({
      tenant,
      text,
      vector,
      k,
      ...(collection !== undefined && { collection }),
      ...(filter && { filter }),
    });
    return found.map(({ documentId, name, text: passage, score, place }) => ({
      document_id: documentId,
      name,
      text: passage,
      score,
      place,
    }));
  }

  async #answer({ call, reply_to: replyTo }: SearchWork, request: Request, outcome: CallOutcome): Promise<void> {
    const messages: OutgoingMessage[] = [];
    const now = this.clock.now();
    if (call) {
      const id = `${call.work_id}:${String(call.epoch)}:${String(call.turn)}:${String(call.ordinal)}:result`;
      const result: CallResult = { type: 'CallResult', ...call, outcome };
      messages.push(
        encodeMessage(
          { topic: topics.taskResults, key: call.plan_id, name: result.type },
          result,
          metaOf(request, id, now, call.work_id),
        ),
      );
    }
    if (replyTo) {
      const reply: SearchReply = { type: 'SearchReply', command_id: replyTo.command_id, outcome };
      const meta = metaOf(request, `${replyTo.command_id}:reply`, now, replyTo.command_id);
      messages.push(encodeMessage({ topic: topics.replies, key: replyTo.instance, name: reply.type }, reply, meta));
    }
    if (messages.length > 0) await this.log.append(messages);
  }
}

const isAway = (error: unknown): boolean => error instanceof PlatformError && error.code === 'unavailable';
