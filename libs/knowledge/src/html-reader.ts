/**
 * Reads HTML token by token into blocks: no tree is built, so that neither nesting nor broken markup costs more than its length.
 * An end tag closes the nearest open element of its name among the last `reach`; what it does not find it ignores.
 */
import { TokenizerMode, type Token, type Tokenizer, type TokenHandler } from 'parse5';
import type { Block, Line } from './block.ts';
import {
  escapableRawTextElements,
  mainElements,
  rawTextElements,
  readingOf,
  voidElements,
  type Reading,
} from './html-elements.ts';

const reach = 256;
/** Deeper elements are read as if they were not there: browsers do much the same from 512 on. */
const maxDepth = 512;
/** What ends when an element of this name begins. */
const impliedEnds: Readonly<Record<string, readonly string[]>> = Object.assign(Object.create(null), {
  li: ['li'],
  dt: ['dt', 'dd'],
  dd: ['dt', 'dd'],
  td: ['td', 'th'],
  th: ['td', 'th'],
  tr: ['td', 'th', 'tr'],
  tbody: ['td', 'th', 'tr', 'thead', 'tbody'],
});

export interface ReadBlock {
  readonly block: Block;
  readonly inMain: boolean;
}
type Open =
  | { readonly kind: 'prose' | 'code' | 'table'; readonly mark?: string; readonly headed?: boolean }
  | { readonly kind: 'heading'; readonly depth: number };

export class HtmlReader implements TokenHandler {
  tokenizer: Tokenizer | undefined;
  readonly #firstLine: number;
  readonly #stack: string[] = [];
  #found: ReadBlock[] = [];
  #skipping = 0;
  #inMain = 0;
  #open: Open = { kind: 'prose' };
  /** Kinds of cells in the row that is read. */
  readonly #cells = new Set<string>();
  #lines: { text: string; number: number }[] = [];

  constructor(firstLine: number) {
    this.#firstLine = firstLine;
  }

  take(): ReadBlock[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  onStartTag(token: Token.TagToken): void {
    const name = token.tagName;
    const line = this.#lineOf(token);
    const reading = readingOf(name);
    this.#switchTokenizer(name);
    this.#endImplied(name, reading);
    if (reading === 'break') this.#lines.push({ text: '', number: line });
    else if (reading !== 'inline') this.#begin(reading, name);
    this.#noteCell(name);
    this.#text(spokenFor(token, this.#follows()), line);
    if (voidElements.has(name) || (token.selfClosing && reading === 'inline')) return;
    if (this.#stack.length >= maxDepth && reading !== 'skip') return;
    this.#stack.push(name);
    this.#count(name, 1);
  }

  onEndTag(token: Token.TagToken): void {
    const name = token.tagName;
    const lowest = Math.max(0, this.#stack.length - reach);
    let at = this.#stack.length - 1;
    while (at >= lowest && this.#stack[at] !== name) at -= 1;
    if (at < lowest) return;
    const reading = readingOf(name);
    if (reading !== 'inline') this.#flush();
    this.#pop(this.#stack.length - at);
    if (reading !== 'inline') this.#open = this.#stack.at(-1) === 'pre' ? { kind: 'code' } : { kind: 'prose' };
  }

  onCharacter(token: Token.CharacterToken): void {
    this.#text(token.chars, this.#lineOf(token));
  }

  onWhitespaceCharacter(token: Token.CharacterToken): void {
    this.#text(token.chars, this.#lineOf(token));
  }

  onEof(): void {
    this.#flush();
  }

  onComment(): void {
    // Not for readers.
  }

  onDoctype(): void {
    // Says nothing.
  }

  onNullCharacter(): void {
    // Refused before parsing.
  }

  /** `<p>one<p>two` and `<li>one<li>two` are right without end tags. */
  #endImplied(name: string, reading: Reading): void {
    if (reading !== 'inline' && reading !== 'break' && this.#stack.at(-1) === 'p') this.#pop(1);
    const ended = impliedEnds[name];
    while (ended?.includes(this.#stack.at(-1) ?? '')) this.#pop(1);
  }

  #pop(elements: number): void {
    for (const closed of this.#stack.splice(this.#stack.length - elements)) this.#count(closed, -1);
  }

  #begin(reading: Reading, name: string): void {
    this.#flush();
    if (reading === 'heading') this.#open = { kind: 'heading', depth: name === 'title' ? 1 : Number(name[1]) };
    else if (reading === 'code') this.#open = { kind: 'code' };
    else if (reading === 'row') this.#row();
    else if (reading === 'item') this.#open = { kind: 'prose', mark: '- ' };
    else if (this.#open.kind !== 'prose' || this.#open.mark === undefined) this.#open = { kind: 'prose' };
  }

  #row(): void {
    this.#cells.clear();
    this.#open = { kind: 'table' };
  }

  /** A row names the columns when all of its cells are headers. */
  #noteCell(name: string): void {
    if (name === 'td' || name === 'th') this.#cells.add(name);
    if (this.#open.kind === 'table' && this.#cells.size > 0)
      this.#open = { kind: 'table', headed: !this.#cells.has('td') };
  }

  /** In a row even the first cell has a mark before it, which is taken off at its end: so an empty first cell is not lost. */
  #follows(): boolean {
    return this.#lines.length > 0 || this.#open.kind === 'table';
  }

  #flush(): void {
    const lines = this.#lines.map(({ text, number }) => ({
      number,
      text: this.#open.kind === 'code' ? text : text.replace(/\s+/g, ' ').trim(),
    }));
    this.#lines = [];
    const block = blockOf(
      this.#open,
      lines.filter(({ text }) => text.trim() !== ''),
      lines,
    );
    if (!block) return;
    this.#found.push({ block, inMain: this.#inMain > 0 });
    if (this.#open.kind !== 'table') this.#open = { kind: 'prose' };
  }

  #text(chars: string, number: number): void {
    if (this.#skipping > 0 || chars === '') return;
    let at = number;
    for (const [index, text] of chars.split('\n').entries()) {
      if (index > 0) at += 1;
      const last = this.#lines.at(-1);
      if (last && index === 0) last.text += text;
      else this.#lines.push({ text, number: at });
    }
  }

  #count(name: string, by: 1 | -1): void {
    if (readingOf(name) === 'skip') this.#skipping += by;
    if (mainElements.has(name)) this.#inMain += by;
  }

  #switchTokenizer(name: string): void {
    if (!this.tokenizer) return;
    if (name === 'script') this.tokenizer.state = TokenizerMode.SCRIPT_DATA;
    else if (rawTextElements.has(name)) this.tokenizer.state = TokenizerMode.RAWTEXT;
    else if (escapableRawTextElements.has(name)) this.tokenizer.state = TokenizerMode.RCDATA;
    else if (name === 'plaintext') this.tokenizer.state = TokenizerMode.PLAINTEXT;
  }

  #lineOf(token: Token.TagToken | Token.CharacterToken): number {
    return this.#firstLine - 1 + (token.location?.startLine ?? 1);
  }
}

function blockOf(open: Open, lines: readonly Line[], withBlank: readonly Line[]): Block | undefined {
  const [first] = lines;
  if (!first) return undefined;
  const joined = lines.map(({ text }) => text).join(' ');
  switch (open.kind) {
    case 'heading':
      return { kind: 'heading', depth: open.depth, text: joined, line: first.number };
    case 'table':
      return {
        kind: 'table',
        lines: [{ text: joined.replace(/^\s*\| ?/, ''), number: first.number }],
        headed: open.headed ?? false,
      };
    case 'code':
      return { kind: 'code', lines: withBlank };
    case 'prose':
      return open.mark === undefined ? { kind: 'prose', lines } : { kind: 'prose', lines, mark: open.mark };
  }
}

/** What a tag itself adds to the text. */
function spokenFor({ tagName, attrs }: Token.TagToken, follows: boolean): string {
  if (tagName === 'img') return ` ${attrs.find(({ name }) => name === 'alt')?.value ?? ''} `;
  return follows && (tagName === 'td' || tagName === 'th') ? ' | ' : '';
}
