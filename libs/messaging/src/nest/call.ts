/** Calls of Nest's handlers: the function was resolved once, and rxjs is touched only where an interceptor or a filter answers with a stream. */
import type { MessageHandler } from '@nestjs/microservices';
import { decodeMessage, failureOf, type IncomingMessage } from '@waybill/contracts';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Clock } from '../clock.ts';
import type { DeadLetter } from '../consumers/dead-letters.ts';
import type { MessageSchema, Schemas } from './handler-spec.ts';

export async function call<Answer>(handler: MessageHandler, data: unknown, context: unknown): Promise<Answer> {
  const answer: unknown = await handler(data, context);
  return (isObservable(answer) ? await lastValueFrom(answer, { defaultValue: undefined }) : answer) as Answer;
}

/** For records one by one: the body is the data, the message the context. */
export const callWithMessage =
  (handler: MessageHandler, schema: MessageSchema<unknown>) =>
  (message: IncomingMessage): Promise<void> =>
    call(handler, decodeMessage(message, schema), message);

/** The records that parse; the others are dead letters. Answers the same array when all do. */
export async function readable(
  records: readonly IncomingMessage[],
  schemas: Schemas,
  clock: Clock,
  bury: (dead: DeadLetter) => Promise<void>,
): Promise<readonly IncomingMessage[]> {
  const poisonous = new Set<IncomingMessage>();
  for (const message of records) {
    const schema = schemas[message.topic];
    try {
      if (schema) decodeMessage(message, schema);
    } catch (error) {
      poisonous.add(message);
      const now = clock.now();
      await bury({ message, failure: failureOf(error), attempts: 1, firstFailedAt: now, lastFailedAt: now });
    }
  }
  return poisonous.size === 0 ? records : records.filter((message) => !poisonous.has(message));
}
