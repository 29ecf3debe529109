/** A record that the orchestrator cannot process, as a message for `orchestrator.dlq` that fits into the commit whatever its size. */
import { failureOf, limits, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import { deadLetterMessage, type Clock } from '@waybill/messaging';

/** Headers that say why are added to the original's. */
const headroomBytes = 8 * 1024;

export const deadLetterFor =
  (clock: Clock) =>
  (record: IncomingMessage, error: unknown): OutgoingMessage => {
    const now = clock.now();
    const dead = { message: record, failure: failureOf(error), attempts: 1, firstFailedAt: now, lastFailedAt: now };
    const letter = deadLetterMessage('orchestrator', dead);
    if (Buffer.byteLength(record.value ?? '') <= limits.recordBytes - headroomBytes) return letter;
    return { ...letter, headers: { ...letter.headers, dlq_value: 'left at its source' }, value: null };
  };
