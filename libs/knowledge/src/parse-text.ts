/** Plain text: paragraphs between blank lines. */
import type { Block, Blocks, Line } from './block.ts';
import { isBlank, linesOf, partsOfLine } from './lines.ts';

/** A paragraph without end is handed on in parts of so many characters. */
const maxParagraphChars = 16_384;
const maxBatch = 16;

export function* parseText(text: string, firstLine = 1): Blocks {
  let batch: Block[] = [];
  let paragraph: Line[] = [];
  let chars = 0;
  const flush = (): void => {
    if (paragraph.length > 0) batch.push({ kind: 'prose', lines: paragraph });
    paragraph = [];
    chars = 0;
  };
  for (const line of linesOf(text, firstLine)) {
    if (isBlank(line.text)) flush();
    else {
      for (const part of partsOfLine(line, maxParagraphChars)) {
        paragraph.push(part);
        chars += part.text.length;
        if (chars >= maxParagraphChars) flush();
      }
    }
    if (batch.length >= maxBatch) {
      yield batch;
      batch = [];
    }
  }
  flush();
  yield batch;
}
