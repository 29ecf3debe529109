/** What a use case knows of the record that asks for something. */
import type { Failure, MessageMeta, WhoseData } from '@waybill/contracts';

export interface Request {
  /** `ce_id`. */
  readonly id: string;
  readonly owner: WhoseData;
  /** By the clock of who asks, ms since 1970. */
  readonly madeAt: number;
  /** Its offset: of two commands about one document the later has the higher one. */
  readonly revision: number;
  /** `topic/partition/offset`. */
  readonly cause: string;
  /** Of the span that handles it. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** The failure that was said to whoever waits; undefined: it did not fail. */
export type Ending = Failure | undefined;

/** Envelope of what follows from a request; `id` is the same however often the request comes. */
export function metaOf(request: Request, id: string, now: number, about?: string): MessageMeta {
  const { owner, cause, traceparent, tracestate } = request;
  return {
    id,
    source: 'rag-indexer',
    time: new Date(now).toISOString(),
    owner,
    cause,
    ...(about !== undefined && { about }),
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
}
