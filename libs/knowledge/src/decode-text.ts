/** Bytes to text. By the byte order mark, then by the charset that a page declares, otherwise UTF-8; line ends become `\n`. */
import { PlatformError } from '@waybill/contracts';
import { declaredCharset } from './declared-charset.ts';
import type { DocumentFormat } from './media-type.ts';

/** Throws `unreadable_document` for unknown charsets, broken encodings and NUL. */
export function decodeText(name: string, bytes: Uint8Array, format: DocumentFormat): string {
  const text = decode(name, bytes, format);
  if (text.includes('\0'))
    throw new PlatformError('unreadable_document', { detail: `${name} contains NUL characters: it is no text.` });
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function decode(name: string, bytes: Uint8Array, format: DocumentFormat): string {
  const encoding = markedEncoding(bytes) ?? (format === 'html' ? declaredEncoding(name, bytes) : undefined) ?? 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlatformError('unreadable_document', {
      detail: `${name} is not valid ${encoding.toUpperCase()}: save it as UTF-8.`,
      cause,
    });
  }
}

function markedEncoding([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xef && second === 0xbb && third === 0xbf ? 'utf-8' : undefined;
}

function declaredEncoding(name: string, bytes: Uint8Array): string | undefined {
  const label = declaredCharset(bytes)?.toLowerCase();
  if (label === undefined) return undefined;
  if (label === 'x-user-defined') return 'windows-1252'; // as HTML has it
  try {
    const { encoding } = new TextDecoder(label);
    return encoding.startsWith('utf-16') ? 'utf-8' : encoding; // what was just read as ASCII is no UTF-16
  } catch (cause) {
    throw new PlatformError('unreadable_document', {
      detail: `${name} declares the charset ${label}, which is not known: save it as UTF-8.`,
      cause,
    });
  }
}
