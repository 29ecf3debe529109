/** The analyzer's findings, and how they are read from and put into a model's text. */
import { z } from 'zod';
import { readMarks } from './marks.ts';
import type { Quotable } from './quotations.ts';

export const Analysis = z.object({
  points: z.array(
    z.object({
      n: z.number().int().describe('Number of the passage'),
      part: z.string().describe('The part of the question it answers'),
      text: z.string(),
    }),
  ),
  gaps: z.array(z.string()).describe('What the question asks and no passage answers.'),
  summary: z.string(),
});
export type Analysis = z.infer<typeof Analysis>;

interface Item {
  readonly section: string;
  readonly part: string;
  text: string;
}
const bullet = /^\s*[-*]\s+/;

/** Lenient: what has no headings is all summary; points about passages that do not exist are left out. */
export function parseAnalysis(text: string, passages: readonly Quotable[]): Analysis {
  const { items, summary } = readSections(text);
  const points = items.filter(({ section }) => section === 'points').flatMap((item) => pointsOf(item, passages));
  const gaps = items.filter(({ section }) => section === 'gaps').map((item) => item.text.trim());
  return {
    points: points.filter(({ n }) => n >= 1 && n <= passages.length),
    gaps: gaps.filter((gap) => !/^none\.?$/i.test(gap)),
    summary,
  };
}

function readSections(text: string): { items: Item[]; summary: string } {
  const items: Item[] = [];
  const summary: string[] = [];
  let section = 'summary';
  let part = '';
  for (const line of text.split('\n')) {
    const heading = /^##\s+(points|gaps|summary)\b/i.exec(line)?.[1];
    const subject = /^###\s+(.+)/.exec(line)?.[1];
    if (heading !== undefined) section = heading.toLowerCase();
    else if (subject !== undefined) part = subject.trim();
    else if (section === 'summary') summary.push(line);
    else if (bullet.test(line)) items.push({ section, part, text: line.replace(bullet, '') });
    else goOn(items.at(-1), section, line);
  }
  return { items, summary: summary.join('\n').trim() };
}

/** A quote may hold line breaks. */
function goOn(item: Item | undefined, section: string, line: string): void {
  if (item?.section === section && line.trim() !== '') item.text += `\n${line}`;
}

/** The mark stands before or after what is said, of one passage or of several. */
function pointsOf({ part, text }: Item, passages: readonly Quotable[]): Analysis['points'] {
  const { marks } = readMarks(text, passages);
  const mark = marks[0]?.start === 0 ? marks[0] : marks.findLast(({ end }) => /^\.?\s*$/.test(text.slice(end)));
  if (mark === undefined) return [];
  const point = (mark.start === 0 ? text.slice(mark.end) : text.slice(0, mark.start)).trim();
  return point === '' ? [] : mark.numbers.map((n) => ({ n, part, text: point }));
}

/** For the next model: short, in the same words. */
export function notesOf(analysis: string | Partial<Analysis> | null | undefined): string | undefined {
  if (analysis === null || analysis === undefined || typeof analysis === 'string') return analysis ?? undefined;
  const { points = [], gaps = [], summary = '' } = analysis;
  const lines = [
    summary,
    ...points.map(({ n, part, text }) => `- ${part === '' ? '' : `${part}: `}[${n}] ${text}`),
    ...gaps.map((gap) => `- missing: ${gap}`),
  ];
  return lines.filter((line) => line !== '').join('\n');
}
