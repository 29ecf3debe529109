/** Bytes to text. UTF-8, or UTF-16 where a byte order mark says so; line ends become `\n`. */
import { PlatformError } from '@waybill/contracts';

/** Throws `unreadable_document` for broken encodings and NUL. */
export function decodeText(name: string, bytes: Uint8Array): string {
  const text = decode(name, bytes);
  if (text.includes('\0'))
    throw new PlatformError('unreadable_document', { detail: `${name} contains NUL characters: it is no text.` });
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function decode(name: string, bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PlatformError('unreadable_document', {
      detail: `${name} is not valid ${encoding.toUpperCase()}: save it as UTF-8.`,
      cause,
    });
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
