/**
 * Work that is handed out in one turn goes through Nest's pipeline in one call, and is settled record by record.
 * Promises: nothing waits longer than the turn; what a call leaves unsettled, because it failed or forgot it, comes again by itself before it counts as failed.
 */
import type { MessageHandler } from '@nestjs/microservices';
import { decodeMessage, type IncomingMessage } from '@waybill/contracts';
import { call } from './call.ts';
import type { MessageSchema } from './handler-spec.ts';

/** One record of those that were handed out together. */
export interface Work<Body> {
  readonly message: IncomingMessage;
  readonly body: Body;
  /** Called once for each: the record is finished when the outcome resolves, and may be tried again when it rejects. */
  settle(outcome: Promise<void>): void;
}

/** What a consumer calls for each record. */
export function gatherWork(
  handler: MessageHandler,
  schema: MessageSchema<unknown>,
): (message: IncomingMessage) => Promise<void> {
  let gathered: GatheredWork[] = [];
  const handOver = (): void => {
    const work = gathered;
    gathered = [];
    void hand(handler, work);
  };
  return (message) => {
    const body = decodeMessage(message, schema);
    return new Promise((resolve, reject) => {
      if (gathered.length === 0) queueMicrotask(handOver);
      gathered.push(new GatheredWork(message, body, resolve, reject));
    });
  };
}

async function hand(handler: MessageHandler, work: readonly GatheredWork[]): Promise<void> {
  let why: unknown;
  try {
    await call<void>(handler, work, work);
  } catch (error) {
    why = error;
  }
  for (const one of work) {
    if (one.isSettled) continue;
    if (work.length === 1) one.reject(why ?? new Error('The handler did not settle a record of work.'));
    else void hand(handler, [one]);
  }
}

class GatheredWork implements Work<unknown> {
  isSettled = false;

  constructor(
    readonly message: IncomingMessage,
    readonly body: unknown,
    private readonly resolve: (outcome: Promise<void>) => void,
    readonly reject: (error: unknown) => void,
  ) {}

  settle(outcome: Promise<void>): void {
    this.isSettled = true;
    this.resolve(outcome);
  }
}
