/** Lines of a text with their numbers, without making an array of all of them. */
import type { Line } from './block.ts';

export function* linesOf(text: string, firstNumber = 1): Generator<Line, void> {
  let number = firstNumber;
  for (let start = 0; start <= text.length; number += 1) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    yield { text: text.slice(start, end), number };
    start = end + 1;
  }
}

export const isBlank = (text: string): boolean => !/\S/.test(text);

/** A line of a megabyte as parts of at most `most` characters that keep its number, cut after a sentence or at a space where there is one. */
export function* partsOfLine(line: Line, most: number): Generator<Line, void> {
  let start = 0;
  while (line.text.length - start > most) {
    const window = line.text.slice(start, start + most);
    const sentence = window.lastIndexOf('. ') + 1;
    const space = sentence > 0 ? sentence : window.lastIndexOf(' ');
    const cut = space > 0 ? space : most - (isHighSurrogate(window.charCodeAt(most - 1)) ? 1 : 0);
    yield { text: window.slice(0, cut), number: line.number };
    start += cut;
  }
  yield start === 0 ? line : { text: line.text.slice(start), number: line.number };
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd8_00 && unit <= 0xdb_ff;
