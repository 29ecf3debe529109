/** Plain text: paragraphs between blank lines. */
import type { Block, Blocks, Line } from './block.ts';
import { isBlank, linesOf, partsOfLine } from './lines.ts';

/** A paragraph without end is handed on in parts of so many characters. */
const maxParagraphChars = 8_192;
/** Blocks between two turns of the event loop. */
const maxBatch = 16;

export function* parseText(text: string, firstLine = 1): Blocks {
  const paragraphs = new Paragraphs();
  for (const whole of linesOf(text, firstLine)) {
    if (isBlank(whole.text)) paragraphs.end();
    for (const line of partsOfLine(whole, maxParagraphChars)) {
      paragraphs.add(line);
      if (paragraphs.count >= maxBatch) yield paragraphs.take();
    }
  }
  paragraphs.end();
  yield paragraphs.take();
}

class Paragraphs {
  #blocks: Block[] = [];
  #lines: Line[] = [];
  #chars = 0;

  get count(): number {
    return this.#blocks.length;
  }

  /** A blank line is nothing. */
  add(line: Line): void {
    if (isBlank(line.text)) return;
    this.#lines.push(line);
    this.#chars += line.text.length;
    if (this.#chars >= maxParagraphChars) this.end();
  }

  end(): void {
    const title = titleLines(this.#lines);
    for (const lines of [this.#lines.slice(0, title), this.#lines.slice(title)])
      if (lines.length > 0) this.#blocks.push({ kind: 'prose', lines });
    this.#lines = [];
    this.#chars = 0;
  }

  take(): Block[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks;
  }
}

const underline = /^\s*([=~*_-])\1{2,}\s*$/;
const shortTitle = /^\p{Lu}[\p{L} ,'’&/-]{0,48}[\p{L}?]$/u;
/** Of the line below it: a paragraph that is merely wrapped has lines of one length. */
const titleShare = 0.5;

/** How many of the first lines are a title that no blank line parts from its text: an underlined line, or a short one over a long one. */
function titleLines([first, second]: readonly Line[]): number {
  if (!first || !second) return 0;
  if (underline.test(second.text)) return 2;
  const isTitle =
    shortTitle.test(first.text.trim()) &&
    first.text.length < titleShare * second.text.length &&
    /^\s*\p{Lu}/u.test(second.text);
  return isTitle ? 1 : 0;
}
