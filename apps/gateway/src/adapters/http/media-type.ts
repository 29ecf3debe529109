/** What kind of document a file is by its name, and what is declared of its text. */
import { PlatformError } from '@waybill/contracts';

const mediaTypes: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  txt: 'text/plain',
  log: 'text/plain',
  html: 'text/html',
  htm: 'text/html',
  json: 'application/json',
  csv: 'text/csv',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  pdf: 'application/pdf',
};

export function mediaTypeOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return (dot < 0 ? undefined : mediaTypes[name.slice(dot + 1).toLowerCase()]) ?? 'text/plain';
}

const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i;
/** What it says of itself goes first: a byte order mark, or a page its charset. */
const saysItself = (mediaType: string, [first, second]: Uint8Array): boolean =>
  /^(?:text\/html|application\/xhtml\+xml)\b/i.test(mediaType) ||
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff);
const isPlainAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte > 0 && byte < 0x80);

/** Throws `unsupported_document` when bytes are declared in a charset in which they will not be read. */
export function refuseCharset(mediaType: string, bytes: Uint8Array, pointer: string): void {
  const declared = charset.exec(mediaType)?.[1];
  if (declared === undefined || /^(?:utf-?8|us-ascii)$/i.test(declared)) return;
  if (saysItself(mediaType, bytes) || isPlainAscii(bytes)) return;
  const detail = `The charset ${declared} is not read: send the document as UTF-8.`;
  throw new PlatformError('unsupported_document', { detail, pointer });
}
