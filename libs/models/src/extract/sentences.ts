/**
 * A passage of plain text or Markdown to sentences, each a verbatim stretch of it.
 * Headings and the line that introduces a list are no answers, but what stands below them is about them.
 */
import { sentenceStarts } from '@waybill/contracts';

export interface Sentence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Headings above it and the line that introduces its list. */
  readonly context: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}
/** Lines that belong together. `item`: of a list, a table or a list of `key: value`. */
interface Block extends Span {
  readonly kind: 'heading' | 'item' | 'text';
}
type Line = { kind: 'fence' | 'gap' | 'heading' | 'text' } | { kind: 'item'; indent: number };

const heading = /^\s{0,3}#{1,6}\s+/;
const marker = /^\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+|>\s?)+/;
const keyValue = /^[A-Z][\w ()/-]{0,40}: \S/;
/** `key: value` and `key — column: value; column: value` on one line, as tables are told. */
const row = /^[^\n.:]{1,60}(?:[^\n:]{0,60} — [^\n:]{1,60}: |: )[^\n]{1,300}$/;
const tableRule = /^[\s:|-]+$/;
const fence = /^\s*(?:```|~~~)/;
/** A short line alone over a paragraph, perhaps underlined: how plain text writes headings. Figures are what people ask for, so no heading. */
const title = /^\p{Lu}[\p{L} ,'’&/-]{0,78}[\p{L}?](?<underline>\s+[=~*_-]{3,})?$/u;
const maxSentenceChars = 500;

export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let above = '';
  let lead = '';
  const blocks = blocksOf(text);
  for (const [index, block] of blocks.entries()) {
    const content = text.slice(block.start, block.end).trim();
    if (block.kind === 'heading' || isTitle(content, block, blocks[index + 1])) {
      above = content.replace(heading, '').replace(/(?<!\s)\s+[=~*_-]{3,}$/, '');
      lead = '';
      continue;
    }
    const context = block.kind === 'item' ? `${above} ${lead}` : above;
    sentences.push(...split(text, block).map((piece) => ({ ...piece, context })));
    // What introduces a table stands before its header, which introduces it once more.
    if (block.kind === 'text') lead = content.endsWith(':') ? `${lead} ${content}`.trim() : '';
    else if (blocks[index + 1]?.kind === 'text') lead = '';
  }
  return sentences;
}

function isTitle(content: string, block: Block, next: Block | undefined): boolean {
  const match = block.kind === 'text' ? title.exec(content) : null;
  if (match === null) return false;
  return match.groups?.['underline'] !== undefined || (next?.kind === 'text' && next.end - next.start > content.length);
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let fenced = false;
  let isOpen = false;
  for (const { start, end } of linesOf(text)) {
    const line = classify(text.slice(start, end), fenced);
    const last = blocks.at(-1);
    if (line.kind === 'fence') fenced = !fenced;
    if (line.kind === 'heading') blocks.push({ start, end, kind: 'heading' });
    else if (line.kind === 'item') blocks.push({ start: start + line.indent, end, kind: 'item' });
    else if (line.kind === 'text' && isOpen && last !== undefined) blocks[blocks.length - 1] = { ...last, end };
    else if (line.kind === 'text') blocks.push({ start, end, kind: 'text' });
    isOpen = line.kind === 'item' || line.kind === 'text';
  }
  return blocks;
}

function classify(content: string, fenced: boolean): Line {
  if (fence.test(content)) return { kind: 'fence' };
  if (fenced || content.trim() === '' || tableRule.test(content)) return { kind: 'gap' };
  if (heading.test(content)) return { kind: 'heading' };
  const listed = marker.exec(content);
  if (listed !== null) return { kind: 'item', indent: listed[0].length };
  if (content.trimStart().startsWith('|') || keyValue.test(content)) return { kind: 'item', indent: 0 };
  return { kind: 'text' };
}

function linesOf(text: string): Span[] {
  const lines: Span[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    lines.push({ start, end: start + line.length });
    start += line.length + 1;
  }
  return lines;
}

function split(text: string, block: Block): Omit<Sentence, 'context'>[] {
  const content = text.slice(block.start, block.end);
  // A row of a table says what it says as a whole.
  if (content.trimStart().startsWith('|') || (block.kind === 'item' && row.test(content)))
    return chop(text, block.start, block.end);
  const starts = sentenceStarts(content);
  return starts.flatMap((from, at) => chop(text, block.start + from, block.start + (starts[at + 1] ?? content.length)));
}

/** Trims, and cuts what has no full stops at spaces. */
function chop(text: string, from: number, to: number): Omit<Sentence, 'context'>[] {
  const raw = text.slice(from, to);
  const start = from + raw.length - raw.trimStart().length;
  const end = from + raw.trimEnd().length;
  if (end <= start) return [];
  if (end - start <= maxSentenceChars) return [{ text: text.slice(start, end), start, end }];
  const space = text.lastIndexOf(' ', start + maxSentenceChars);
  const cut = space > start + maxSentenceChars / 2 ? space : beforeHalf(text, start + maxSentenceChars);
  return [{ text: text.slice(start, cut), start, end: cut }, ...chop(text, cut, to)];
}

/** Never inside a surrogate pair. */
const beforeHalf = (text: string, at: number): number => (/[\ud800-\udbff]/.test(text[at - 1]!) ? at - 1 : at);
