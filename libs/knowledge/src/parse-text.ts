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
    if (this.#lines.length > 0) this.#blocks.push({ kind: 'prose', lines: this.#lines });
    this.#lines = [];
    this.#chars = 0;
  }

  take(): Block[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks;
  }
}
