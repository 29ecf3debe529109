/** One door to all parsers. */
import type { Blocks } from './block.ts';
import { decodeText } from './decode-text.ts';
import { formatOf, type SourceDocument } from './media-type.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { parseText } from './parse-text.ts';

/** Throws `unsupported_document` or `unreadable_document`, at once. */
export function parseDocument(document: SourceDocument): Blocks {
  const format = formatOf(document);
  const text = decodeText(document.name, document.bytes, format);
  switch (format) {
    case 'markdown':
      return parseMarkdown(text);
    case 'html':
      return parseHtml(text);
    case 'text':
      return parseText(text);
  }
}
