/**
 * Cuts Markdown into parts that can be parsed one by one, as a parser of a whole 10 MB document would hold the event loop for ten seconds.
 * A part ends where no construct is open: before a heading, or after a blank line before a line that begins a paragraph. What never
 * comes to such a place (an endless code block, say) is cut at a line: a fence is closed and opened again, and a table has its header again.
 */
import type { Line } from './block.ts';
import { isBlank, linesOf, partsOfLine } from './lines.ts';

/** `firstLine`: the number of its first line in the document. */
export interface MarkdownSegment {
  readonly text: string;
  readonly firstLine: number;
  /** Part of an endless line, so no Markdown. */
  readonly isPlain: boolean;
}

/** Parsed in some 10 ms. */
const targetChars = 4_096;
const targetLines = 120;
/** So many times that far no better place is waited for. */
const patience = 4;
/** Nobody writes a line of Markdown that is longer. */
const maxLineChars = patience * targetChars;
const maxDefinitionChars = 2_048;

const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/s;
const heading = /^ {0,3}#{1,6}(?:\s|$)/;
const paragraphStart = /^(?![-*+>|=#]|\d{1,9}[.)]|\s)/;
const definition = /^ {0,3}\[[^\]^\s][^\]]{0,200}\]:\s*\S+/;
const rawEnd: readonly (readonly [begins: RegExp, end: RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:\s|>|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
];

export function* markdownSegments(text: string): Generator<MarkdownSegment, void> {
  if (text.length <= targetChars) {
    yield { text, firstLine: 1, isPlain: false };
    return;
  }
  const definitions = definitionsOf(text);
  const cutter = new Cutter(definitions);
  for (const whole of linesOf(text)) {
    for (const line of partsOfLine(whole, maxLineChars)) {
      const done = cutter.add(line, line !== whole);
      if (done) yield done;
    }
  }
  yield cutter.end();
}

class Cutter {
  #lines: string[] = [];
  #chars = 0;
  #firstLine = 1;
  #isPlain = false;
  #fence: Fence | undefined;
  #rawEnd: RegExp | undefined;
  /** The rows that open the table which is read. */
  #header: readonly [names: string, rule: string] | undefined;
  #before = '';

  readonly #definitions: string;

  constructor(definitions: string) {
    this.#definitions = definitions;
  }

  add(line: Line, isPlain: boolean): MarkdownSegment | undefined {
    const done =
      this.#lines.length > 0 && (isPlain !== this.#isPlain || this.#cutBefore(line)) ? this.end() : undefined;
    this.#isPlain = isPlain;
    if (this.#lines.length === 0) this.#begin(line);
    this.#lines.push(line.text);
    this.#chars += line.text.length + 1;
    this.#follow(line.text);
    return done;
  }

  end(): MarkdownSegment {
    const isPlain = this.#isPlain;
    const firstLine = this.#firstLine;
    if (this.#fence && !isPlain) this.#lines.push(this.#fence.mark);
    const text = this.#lines.join('\n');
    this.#lines = [];
    this.#chars = 0;
    // Links of this part may be defined in any other one.
    const withDefinitions = isPlain || this.#definitions === '' ? text : `${text}\n\n${this.#definitions}`;
    return { text: withDefinitions, firstLine, isPlain };
  }

  #begin(line: Line): void {
    this.#firstLine = line.number;
    if (this.#isPlain) return;
    const opening = this.#fence ? [this.#fence.opening] : (this.#header ?? []);
    this.#lines.push(...opening);
    this.#firstLine -= opening.length;
  }

  #cutBefore(line: Line): boolean {
    const far = Math.max((this.#chars + line.text.length) / targetChars, this.#lines.length / targetLines);
    if (far > patience) return true;
    if (far < 1 || this.#fence || this.#rawEnd) return false;
    return heading.test(line.text) || (isBlank(this.#before) && paragraphStart.test(line.text));
  }

  #follow(text: string): void {
    this.#followTable(text);
    this.#before = text;
    if (this.#rawEnd) this.#rawEnd = this.#rawEnd.test(text) ? undefined : this.#rawEnd;
    else if (this.#fence) this.#fence = closes(text, this.#fence.mark) ? undefined : this.#fence;
    else {
      this.#fence = openedBy(text);
      this.#rawEnd = this.#fence
        ? undefined
        : rawEnd.find(([begins, end]) => begins.test(text) && !end.test(text))?.[1];
    }
  }

  #followTable(text: string): void {
    if (this.#fence || this.#rawEnd || !text.includes('|')) this.#header = undefined;
    else if (!this.#header && this.#before.includes('|') && isTableRule(text)) this.#header = [this.#before, text];
  }
}

/** Cell by cell, as one pattern for the whole line would take the square of its length. */
function isTableRule(line: string): boolean {
  if (/^ {4}/.test(line)) return false;
  const cells = line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|');
  return cells.every((cell) => /^:?-+:?$/.test(cell.trim()));
}

interface Fence {
  readonly mark: string;
  readonly opening: string;
}

function openedBy(text: string): Fence | undefined {
  const [, mark, info = ''] = fence.exec(text) ?? [];
  return mark === undefined || (mark.startsWith('`') && info.includes('`')) ? undefined : { mark, opening: text };
}

function closes(text: string, opened: string): boolean {
  const [, mark, info = ''] = fence.exec(text) ?? [];
  return mark?.startsWith(opened) === true && isBlank(info);
}

function definitionsOf(text: string): string {
  const found: string[] = [];
  let chars = 0;
  for (const line of linesOf(text)) {
    if (line.text.length > 1_000 || !definition.test(line.text)) continue;
    chars += line.text.length;
    if (chars > maxDefinitionChars) break;
    found.push(line.text);
  }
  return found.join('\n');
}
