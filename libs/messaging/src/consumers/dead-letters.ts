/**
 * Dead letters: what cannot be processed is put aside on `<group>.dlq`, so that it hurts nobody else.
 * Promises: key, headers (trace context too) and bytes are the original's; where it came from and why it failed are headers beside them; a record at the size limit still leaves its place and reason behind.
 */
import {
  deadLetterTopic,
  PlatformError,
  type Failure,
  type IncomingMessage,
  type OutgoingMessage,
} from '@waybill/contracts';
import type { MessageLog } from '../message-log.ts';

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
    const letter = deadLetterMessage(this.group, dead);
    try {
      await this.log.append([letter]);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'payload_too_large') throw error;
      await this.log.append([
        { ...letter, headers: { ...letter.headers, dlq_value: 'left at its source' }, value: null },
      ]);
    }
  }
}

/** Exported for tools that read dead letters and send them again. */
export function deadLetterMessage(group: string, dead: DeadLetter): OutgoingMessage {
  const { message, failure } = dead;
  return {
    topic: deadLetterTopic(group),
    key: message.key,
    headers: {
      ...message.headers,
      dlq_topic: message.topic,
      dlq_partition: String(message.partition),
      dlq_offset: String(message.offset),
      dlq_error_class: failure.class,
      dlq_error_code: failure.code,
      dlq_error_detail: failure.detail.slice(0, detailChars),
      dlq_attempts: String(dead.attempts),
      dlq_first_failed_at: new Date(dead.firstFailedAt).toISOString(),
      dlq_last_failed_at: new Date(dead.lastFailedAt).toISOString(),
    },
    value: message.value,
  };
}
