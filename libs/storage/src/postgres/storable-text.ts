/**
 * Text as PostgreSQL can keep it: without NUL and without half of a surrogate pair.
 * In what people read and search, each of these becomes U+FFFD, as in HTML and Markdown. In ids it is refused: two ids must not become one.
 */
import { PlatformError } from '@waybill/contracts';

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD');
}

/** JSON as text. Of the escapes that `JSON.stringify` writes, these are the ones that `jsonb` refuses. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(/\\(?:u0000|ud[89a-f]..|.)/g, (escape) =>
    escape.length > 2 ? '\\ufffd' : escape,
  );
}

export function storableId(id: string): string {
  if (storableText(id) === id) return id;
  throw new PlatformError('invalid_text', { detail: 'An id has a NUL character or a lone surrogate.' });
}
