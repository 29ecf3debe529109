/**
 * A passage of plain text or Markdown to sentences, each a verbatim stretch of it.
 * Headings and the line that introduces a list are no answers, but what stands below them is about them.
 */
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
  readonly item: boolean;
}
type Line = { kind: 'fence' | 'gap' | 'text' } | { kind: 'heading'; text: string } | { kind: 'item'; indent: number };

const heading = /^\s{0,3}#{1,6}\s+/;
const marker = /^\s*(?:[-*+•]\s+|\d{1,3}[.)]\s+|>\s?)+/;
const keyValue = /^[A-Z][\w ()/-]{0,40}: \S/;
const tableRule = /^\s*\|?[\s:|-]+\|?\s*$/;
const fence = /^\s*(?:```|~~~)/;
const sentenceEnd = /[.!?]+["'”’)\]*_]*(?=\s)|[。！？]+[”’」）]*/g;
const abbreviation = /(?:^|[\s(])(?:[A-Za-z]|e\.g|i\.e|etc|vs|cf|approx|Dr|Mr|Mrs|Ms|St|No|Fig|Inc|Ltd|al)\.$/;
const maxSentenceChars = 500;

export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let above = '';
  let lead = '';
  let fenced = false;
  let block: Block | undefined;
  const close = (): void => {
    if (block === undefined) return;
    const context = block.item ? `${above} ${lead}` : above;
    sentences.push(...split(text, block).map((piece) => ({ ...piece, context })));
    const content = text.slice(block.start, block.end).trimEnd();
    if (!block.item) lead = content.endsWith(':') ? content : '';
    block = undefined;
  };
  for (const span of linesOf(text)) {
    const line = classify(text.slice(span.start, span.end), fenced);
    if (line.kind !== 'text') close();
    switch (line.kind) {
      case 'fence':
        fenced = !fenced;
        break;
      case 'heading':
        above = line.text;
        break;
      case 'item':
        block = { start: span.start + line.indent, end: span.end, item: true };
        break;
      case 'text':
        block = { start: block?.start ?? span.start, end: span.end, item: block?.item ?? false };
        break;
      case 'gap':
    }
  }
  close();
  return sentences;
}

function classify(content: string, fenced: boolean): Line {
  if (fence.test(content)) return { kind: 'fence' };
  if (fenced || content.trim() === '' || tableRule.test(content)) return { kind: 'gap' };
  if (heading.test(content)) return { kind: 'heading', text: content.replace(heading, '') };
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

function split(text: string, block: Span): Omit<Sentence, 'context'>[] {
  const content = text.slice(block.start, block.end);
  // A row of a table says what it says as a whole.
  if (content.trimStart().startsWith('|')) return chop(text, block.start, block.end);
  const cuts: number[] = [];
  for (const match of content.matchAll(sentenceEnd)) {
    const end = match.index + match[0].length;
    const next = content.slice(end).trimStart().charAt(0);
    const continues =
      /[\p{Ll}]/u.test(next) || abbreviation.test(content.slice(Math.max(0, match.index - 8), match.index + 1));
    if (!continues) cuts.push(end);
  }
  const pieces: Omit<Sentence, 'context'>[] = [];
  let from = 0;
  for (const to of [...cuts, content.length]) {
    for (const piece of chop(text, block.start + from, block.start + to)) pieces.push(piece);
    from = to;
  }
  return pieces;
}

/** Trims, and cuts what has no full stops at spaces. */
function chop(text: string, from: number, to: number): Omit<Sentence, 'context'>[] {
  const raw = text.slice(from, to);
  const start = from + raw.length - raw.trimStart().length;
  const end = from + raw.trimEnd().length;
  if (end <= start) return [];
  if (end - start <= maxSentenceChars) return [{ text: text.slice(start, end), start, end }];
  const space = text.lastIndexOf(' ', start + maxSentenceChars);
  const cut = space > start + maxSentenceChars / 2 ? space : start + maxSentenceChars;
  return [{ text: text.slice(start, cut), start, end: cut }, ...chop(text, cut, to)];
}
