/**
 * Dead letters: what cannot be processed is put aside on `<group>.dlq`, so that it hurts nobody else.
 * Promises: key, headers (trace context too) and bytes are the original's; where it came from and why it failed are headers beside them; a record at the size limit still leaves its place and reason behind.
 */
import { deadLetterTopic, limits, type Failure, type IncomingMessage, type OutgoingMessage } from '@waybill/contracts';
import type { MessageLog } from '../message-log.ts';
import { recordBytes } from '../record-size.ts';

export interface DeadLetter {
  readonly message: IncomingMessage;
  readonly failure: Failure;
  readonly attempts: number;
  /** ms since 1970. */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
}

export interface DeadLetterSink {
  /** Resolves when it is durable. */
  publish(dead: DeadLetter): Promise<void>;
}

const detailChars = 500;

export class DeadLetters implements DeadLetterSink {
  constructor(
    private readonly log: MessageLog,
    private readonly group: string,
  ) {}

  async publish(dead: DeadLetter): Promise<void> {
    await this.log.append([deadLetterMessage(this.group, dead)]);
  }
}

/** It fits into a record, whatever the size of the original: what is too much of it is left at its source. */
export function deadLetterMessage(group: string, dead: DeadLetter): OutgoingMessage {
  const { key, headers, value } = dead.message;
  const topic = deadLetterTopic(group);
  const why = reasonHeaders(dead);
  const letter: OutgoingMessage = { topic, key, headers: { ...headers, ...why }, value };
  if (fits(letter)) return letter;
  const left = { ...why, dlq_value: 'left at its source' };
  const short: OutgoingMessage = { topic, key, headers: { ...headers, ...left }, value: null };
  return fits(short) ? short : { topic, key: '', headers: left, value: null };
}

const fits = (letter: OutgoingMessage): boolean => recordBytes(letter) <= limits.recordBytes;

function reasonHeaders({ message, failure, ...dead }: DeadLetter): Record<string, string> {
  return {
    dlq_topic: message.topic,
    dlq_partition: String(message.partition),
    dlq_offset: String(message.offset),
    dlq_error_class: failure.class,
    dlq_error_code: failure.code,
    dlq_error_detail: failure.detail.slice(0, detailChars),
    dlq_attempts: String(dead.attempts),
    dlq_first_failed_at: new Date(dead.firstFailedAt).toISOString(),
    dlq_last_failed_at: new Date(dead.lastFailedAt).toISOString(),
  };
}
