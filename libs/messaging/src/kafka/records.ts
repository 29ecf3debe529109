/** Records as a fetch brings them, and as the port has them. Text stays text: bytes are told apart by not being UTF-8. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from '@waybill/contracts';
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { FetchedRecord } from './client/wire/fetch-decoding.ts';

/** Of a response that we have read, or the client. */
export function fromKafka(topic: string, partition: number, message: KafkaMessage | FetchedRecord): IncomingMessage {
  const offset = Number(message.offset);
  const timestamp = Number(message.timestamp);
  if ('isText' in message) {
    const { key, value, headers } = message;
    return { topic, partition, offset, timestamp, key: key ?? '', headers, value };
  }
  const { key, value, headers } = message;
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: key?.toString() ?? '',
    headers: textHeaders(headers),
    value: value && isUtf8(value) ? value.toString() : value,
  };
}

function textHeaders(headers: IHeaders = {}): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const name in headers) {
    const values: (string | Buffer | null | undefined)[] = [headers[name]].flat();
    const last = values.filter((value) => value !== undefined && value !== null).at(-1); // null, whatever the client's types say
    if (last !== undefined) texts[name] = last.toString();
  }
  return texts;
}
