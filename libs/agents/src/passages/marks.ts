/**
 * Reads the citation marks of a Markdown text that quotes passages.
 * Promise: a quotation, a code span and a fenced block are somebody else's text: nothing in them is a mark.
 */
import { Quotations, type Quotable } from './quotations.ts';

interface Span {
  readonly start: number;
  /** Of the first character after it. */
  readonly end: number;
}
/** `[2]` or `[1, 2]`, whether such passages exist or not. */
export interface Mark extends Span {
  readonly numbers: readonly number[];
}
/** With its quotation marks, backticks or fences. */
export interface Foreign extends Span {
  readonly kind: 'quotation' | 'code';
}
export interface Reading {
  readonly marks: readonly Mark[];
  readonly foreign: readonly Foreign[];
}

const begin = /(?<code>`+|~{3,})|(?<quote>[“„]|(?<![\p{L}\p{N}])"(?=\S))/u;
/** What touches a word is an index, as in `m[0][1]`; only scripts without spaces cite right after a letter. */
const index = /(?<![\w\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}](?:\[[^[\]\n]*\]){0,4}\[)/u;
const mark = new RegExp(`\\[${index.source}(?<numbers>\\d{1,3}(?:\\s*,\\s*\\d{1,3})*)\\]`, 'u');
/** Many models write `limbs[1]`; the same sign after a word is an index when there is no such passage, or when more of it follows. */
const closeMark = /(?<=\p{L}{2})\[(?<close>\d{1,3}(?:\s*,\s*\d{1,3})*)\](?![[(\w])/u;
const either = new RegExp(`${begin.source}|${mark.source}|${closeMark.source}`, 'gu');
const beforeFence = /^[\s>]*(?:(?:[-*+]|\d{1,3}[.)])\s+)?$/;

export function readMarks(text: string, passages: readonly Quotable[]): Reading {
  const marks: Mark[] = [];
  const foreign: Foreign[] = [];
  const quotations = new Quotations(text, passages);
  const scan = new RegExp(either);
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    const { code, numbers, close } = match.groups ?? {};
    const start = match.index;
    const named = numbersIn(numbers ?? close);
    if (named.length > 0) {
      if (close === undefined || named.every((n) => n >= 1 && n <= passages.length))
        marks.push({ start, end: scan.lastIndex, numbers: named });
      continue;
    }
    const end = code === undefined ? quotations.endOf(start) : codeEnd(text, start, code);
    if (end === undefined) continue; // a lone sign
    foreign.push({ start, end, kind: code === undefined ? 'quotation' : 'code' });
    scan.lastIndex = end;
  }
  return { marks, foreign };
}

const numbersIn = (list = ''): number[] => (list === '' ? [] : list.split(',').map(Number));

function codeEnd(text: string, start: number, ticks: string): number | undefined {
  const from = start + ticks.length;
  if (isFence(text, start, ticks)) {
    const closing = new RegExp(`^[> \\t]*\\${ticks.charAt(0)}{${ticks.length},}[^\\S\\n]*$`, 'gm');
    closing.lastIndex = from;
    return closing.exec(text) === null ? text.length : closing.lastIndex;
  }
  if (ticks.startsWith('~')) return undefined;
  // A code span ends within its paragraph.
  const runs = /`+|\n[^\S\n]*\n/g;
  runs.lastIndex = from;
  for (let run = runs.exec(text)?.[0]; run !== undefined && run.startsWith('`'); run = runs.exec(text)?.[0])
    if (run === ticks) return runs.lastIndex;
  return undefined;
}

function isFence(text: string, start: number, ticks: string): boolean {
  if (ticks.length < 3 || !beforeFence.test(text.slice(text.lastIndexOf('\n', start - 1) + 1, start))) return false;
  const lineEnd = text.indexOf('\n', start);
  const info = text.slice(start + ticks.length, lineEnd < 0 ? text.length : lineEnd);
  return ticks.startsWith('~') || !info.includes('`');
}
