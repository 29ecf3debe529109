/**
 * The rows of a table as a person would say them: the header becomes a line that introduces a list, each row an item that is understood
 * without it. `setting | value` over `timeout | 3 s` reads `setting, value:` and `- timeout: 3 s`.
 */
import type { Block, Line } from './block.ts';

export function readableRows({ lines, headed }: Extract<Block, { kind: 'table' }>): Line[] {
  const columns = headed ? cellsOf(lines[0]?.text ?? '') : [];
  return lines.flatMap(({ text, number }, at) => {
    const cells = cellsOf(text);
    if (!cells.some(isSaid)) return [];
    if (headed && at === 0) return { number, text: `${cells.filter(isSaid).join(', ')}:` };
    // With more or fewer cells than columns nobody knows which is which.
    return { number, text: `- ${row(cells, cells.length === columns.length ? columns : [])}` };
  });
}

function row([key = '', ...values]: readonly string[], [, ...names]: readonly string[]): string {
  const said = values.map((value, at) => ({ value, name: names[at] ?? '' })).filter(({ value }) => isSaid(value));
  // One value needs no name: it is what the key has.
  const named = said.map(({ value, name }) => (values.length > 1 && isSaid(name) ? `${name}: ${value}` : value));
  const joined = named.join('; ');
  if (!isSaid(key) || joined === '') return `${key}${joined}`;
  return `${key}${values.length > 1 ? ' — ' : ': '}${joined}`;
}

const cellsOf = (text: string): string[] => text.split('|').map((cell) => cell.trim());
const isSaid = (cell: string): boolean => cell !== '';
