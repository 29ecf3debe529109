/** A record that the orchestrator cannot process, as a message for `orchestrator.dlq`. */
import { failureOf, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import { deadLetterMessage, type Clock } from '@waybill/messaging';

export const deadLetterFor =
  (clock: Clock) =>
  (message: IncomingMessage, error: unknown): OutgoingMessage => {
    const now = clock.now();
    const failure = failureOf(error);
    return deadLetterMessage('orchestrator', { message, failure, attempts: 1, firstFailedAt: now, lastFailedAt: now });
  };
