/** Plain text: paragraphs between blank lines. */
import type { Block, Blocks, Line } from './block.ts';
import { isBlank, linesOf, partsOfLine } from './lines.ts';

/** A paragraph without end is handed on in parts of so many characters. */
const maxParagraphChars = 16_384;
const maxBatch = 16;

export function* parseText(text: string, firstLine = 1): Blocks {
  const paragraphs = new Paragraphs();
  for (const line of linesOf(text, firstLine)) {
    if (isBlank(line.text)) paragraphs.end();
    else for (const part of partsOfLine(line, maxParagraphChars)) paragraphs.add(part);
    if (paragraphs.count >= maxBatch) yield paragraphs.take();
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

  add(line: Line): void {
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
