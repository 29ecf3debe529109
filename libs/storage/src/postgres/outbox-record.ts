/** A record in a text column: JSON, with bytes as base64. */
import type { OutgoingMessage } from '@waybill/contracts';

interface Written extends Omit<OutgoingMessage, 'value'> {
  readonly value: string | null;
  readonly base64?: true;
}

export function recordToText(message: OutgoingMessage): string {
  const { value } = message;
  if (value === null || typeof value === 'string') return JSON.stringify(message);
  return JSON.stringify({ ...message, value: Buffer.from(value).toString('base64'), base64: true });
}

export function recordFromText(text: string): OutgoingMessage {
  const { base64, value, ...rest } = JSON.parse(text) as Written;
  return { ...rest, value: base64 && value !== null ? Buffer.from(value, 'base64') : value };
}
