/** Lines for people. At a terminal they break between words, below the text they begin with; a pipe gets each of them whole. */
import { stripVTControlCharacters } from 'node:util';
import type { Print } from './follow-task.ts';

export const print: Print = (line) => void process.stdout.write(`${wrapped(line, process.stdout.columns)}\n`);

const mark = /^ *(?:(?:[-▸·✓✗↻]|\d+\.) +)?/;
/** With less room than this between margin and edge nothing is gained. */
const leastColumns = 20;

/** `columns`: undefined where there is no edge. A word that is longer than a line stays whole. */
export function wrapped(line: string, columns: number | undefined): string {
  if (columns === undefined || widthOf(line) <= columns) return line;
  const margin = ' '.repeat(mark.exec(stripVTControlCharacters(line))?.[0].length ?? 0);
  if (columns - margin.length < leastColumns) return line;
  const lines: string[] = [];
  let current = '';
  for (const [word] of line.trimEnd().matchAll(/ *[^ ]+/g)) {
    if (current.trim() !== '' && widthOf(current) + widthOf(word) > columns) {
      lines.push(current);
      current = margin + word.trimStart();
    } else current += word;
  }
  return [...lines, current].join('\n');
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length;
