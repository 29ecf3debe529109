/** Which parser a document needs: by its name, then by what was declared, and by its first bytes. */
import { PlatformError } from '@waybill/contracts';

export type DocumentFormat = 'markdown' | 'html' | 'text';

export interface SourceDocument {
  readonly name: string;
  /** As declared by whoever sent it; may be wrong or `application/octet-stream`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What begins so is no text, whatever its name says. */
const binaryBeginnings: readonly (readonly [what: string, bytes: readonly number[]])[] = [
  ['a PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['a ZIP archive (or an Office document)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old Office document', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG image', [0xff, 0xd8, 0xff]],
  ['a GIF image', [0x47, 0x49, 0x46, 0x38]],
  ['a WebAssembly module', [0x00, 0x61, 0x73, 0x6d]],
  ['a program', [0x7f, 0x45, 0x4c, 0x46]],
];
const byExtension: Readonly<Record<string, DocumentFormat>> = {
  md: 'markdown',
  markdown: 'markdown',
  mdown: 'markdown',
  mkd: 'markdown',
  mdx: 'markdown',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  txt: 'text',
  text: 'text',
  log: 'text',
};
const byMediaType: Readonly<Record<string, DocumentFormat>> = {
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/html': 'html',
  'application/xhtml+xml': 'html',
};
const otherTextTypes =
  /^(?:text\/.+|application\/(?:json|xml|yaml|x-yaml|toml|javascript|typescript|octet-stream|.+\+(?:json|xml|yaml))|)$/;

/** Throws `unsupported_document`. */
export function formatOf({ name, mediaType, bytes }: SourceDocument): DocumentFormat {
  const binary = binaryBeginnings.find(([, beginning]) => beginning.every((byte, at) => bytes[at] === byte));
  if (binary) throw unsupported(`${name} is ${binary[0]}`);
  const type = mediaType.split(';')[0]!.trim().toLowerCase();
  const named = Object.hasOwn(byExtension, extensionOf(name)) ? byExtension[extensionOf(name)] : undefined;
  const declared = Object.hasOwn(byMediaType, type) ? byMediaType[type] : undefined;
  const format = declared ?? named;
  if (format) return format;
  if (!otherTextTypes.test(type)) throw unsupported(`${name} is declared as ${type}`);
  return beginsAsHtml(bytes) ? 'html' : 'text';
}

const extensionOf = (name: string): string => /\.([a-z0-9]+)$/.exec(name.toLowerCase())?.[1] ?? '';

function beginsAsHtml(bytes: Uint8Array): boolean {
  return /^\uFEFF?\s*<(?:!doctype\s+html|html)[\s>]/i.test(new TextDecoder().decode(bytes.subarray(0, 256)));
}

const unsupported = (why: string): PlatformError =>
  new PlatformError('unsupported_document', { detail: `${why}; Markdown, HTML and plain text can be indexed.` });
