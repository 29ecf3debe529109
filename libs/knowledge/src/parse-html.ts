/**
 * HTML to blocks, in slices. Of a page that marks its main content only that is read; script, style, navigation and footers never are.
 */
import { Tokenizer } from 'parse5';
import type { Block, Blocks } from './block.ts';
import { HtmlReader, type ReadBlock } from './html-reader.ts';

const sliceChars = 32_768;
const maxBatch = 64;

export function* parseHtml(text: string, firstLine = 1): Blocks {
  const read: ReadBlock[] = [];
  for (const blocks of readSlices(text, firstLine)) {
    read.push(...blocks);
    yield [];
  }
  const marked = read.some(({ inMain, block }) => inMain && block.kind !== 'heading');
  const chosen = read.filter(({ inMain }) => inMain || !marked).map(({ block }) => block);
  const whole = joinRows(chosen);
  for (let start = 0; start < whole.length; start += maxBatch) yield whole.slice(start, start + maxBatch);
}

function* readSlices(text: string, firstLine: number): Generator<ReadBlock[], void> {
  const reader = new HtmlReader(firstLine);
  const tokenizer = new Tokenizer({ sourceCodeLocationInfo: true }, reader);
  reader.tokenizer = tokenizer;
  for (let start = 0; start < text.length; start += sliceChars) {
    tokenizer.write(text.slice(start, start + sliceChars), start + sliceChars >= text.length);
    yield reader.take();
  }
}

/** Rows that follow each other are one table, until a row names columns anew. */
function joinRows(blocks: readonly Block[]): Block[] {
  const joined: Block[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (block.kind === 'table' && last?.kind === 'table' && !block.headed)
      (last.lines as unknown[]).push(...block.lines);
    else joined.push(block.kind === 'table' ? { ...block, lines: [...block.lines] } : block);
  }
  return joined;
}
