/**
 * Bodies to records and back. What does not parse is an `invalid_request` PlatformError: a consumer dead-letters it and never retries it.
 * Nothing decoded is remembered: mostly one consumer decodes a record, and bodies that live as long as their records cost more than a second parse.
 */
import type { z } from 'zod';
import { PlatformError } from './errors.ts';
import { messageType, typeName, type IncomingMessage, type OutgoingMessage, type WhoseData } from './message.ts';

export interface MessageMeta {
  /** Unique and, for a message that may be sent again, the same each time. */
  id: string;
  /** The service that sends it. */
  source: string;
  /** RFC 3339, UTC. */
  time: string;
  owner: WhoseData;
  /** What it is about, inside the entity of the key. */
  about?: string;
  traceparent?: string;
  tracestate?: string;
  /** `topic/partition/offset` of the record that led to it. */
  cause?: string;
}

/** Where a message goes, and the name of its type (`SubmitTask`). */
export interface MessageAddress {
  topic: string;
  key: string;
  name: string;
}

/** `body` must be JSON. */
export function encodeMessage({ topic, key, name }: MessageAddress, body: unknown, meta: MessageMeta): OutgoingMessage {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: meta.id,
    ce_type: messageType(name),
    ce_source: meta.source,
    ce_time: meta.time,
    tenant: meta.owner.tenant,
    subject: meta.owner.subject,
  };
  if (meta.about !== undefined) headers['ce_subject'] = meta.about;
  if (meta.traceparent !== undefined) headers['traceparent'] = meta.traceparent;
  if (meta.tracestate !== undefined) headers['tracestate'] = meta.tracestate;
  if (meta.cause !== undefined) headers['cause'] = meta.cause;
  return { topic, key, headers, value: JSON.stringify(body) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Throws `invalid_request` when headers or body are not what the schema says. */
export function decodeMessage<Body>(message: IncomingMessage, schema: z.ZodType<Body>): Body {
  const body = schema.safeParse(parseJson(message));
  if (!body.success) throw unreadable(message, body.error.issues[0]?.message ?? 'wrong shape', body.error);
  const type = message.headers['ce_type'];
  if (type === undefined || !typeName(type)) throw unreadable(message, `unknown ce_type ${type ?? '(none)'}`);
  return body.data;
}

/** The text of a record's value; throws `invalid_request` when it is a tombstone or no UTF-8. */
export function messageText(message: OutgoingMessage): string {
  if (typeof message.value === 'string') return message.value;
  if (message.value === null) throw unreadable(message, 'it has no value');
  try {
    return utf8.decode(message.value);
  } catch (error) {
    throw unreadable(message, 'it is not UTF-8', error);
  }
}

export const ownerOf = (message: OutgoingMessage): WhoseData => ({
  tenant: message.headers['tenant'] ?? 'default',
  subject: message.headers['subject'] ?? 'default',
});

function parseJson(message: IncomingMessage): unknown {
  try {
    return JSON.parse(messageText(message));
  } catch (error) {
    throw error instanceof PlatformError ? error : unreadable(message, 'it is not JSON', error);
  }
}

function unreadable(message: OutgoingMessage, why: string, cause?: unknown): PlatformError {
  const at = 'offset' in message ? `/${String(message.partition)}/${String((message as IncomingMessage).offset)}` : '';
  return new PlatformError('invalid_request', {
    detail: `Record ${message.topic}${at} cannot be read: ${why}.`,
    cause,
  });
}
