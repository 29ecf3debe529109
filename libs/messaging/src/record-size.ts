/** How large a record counts, the same for every adapter: UTF-8 bytes of key, headers and value. */
import { limits, PlatformError, type OutgoingMessage } from '@waybill/contracts';

/** Throws `payload_too_large` for the first record over the hard limit; the length in characters decides for almost all without counting bytes. */
export function refuseLargeRecords(messages: readonly OutgoingMessage[]): void {
  for (const message of messages) {
    if (upperBound(message) <= limits.recordBytes) continue;
    const bytes = recordBytes(message);
    if (bytes <= limits.recordBytes) continue;
    const from = message.headers['ce_source'] ?? 'unknown producer';
    throw new PlatformError('payload_too_large', {
      detail: `A record of ${String(bytes)} bytes for topic ${message.topic}, key ${message.key} (from ${from}) is over the limit of ${String(limits.recordBytes)}.`,
    });
  }
}

export function recordBytes({ key, headers, value }: OutgoingMessage): number {
  let bytes = Buffer.byteLength(key) + (typeof value === 'string' ? Buffer.byteLength(value) : (value?.length ?? 0));
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name]!);
  return bytes;
}

function upperBound({ key, headers, value }: OutgoingMessage): number {
  let chars = key.length;
  for (const name in headers) chars += name.length + headers[name]!.length;
  if (typeof value === 'string') return 3 * (chars + value.length);
  return 3 * chars + (value?.length ?? 0);
}
