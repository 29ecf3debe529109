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
