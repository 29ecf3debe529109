/**
 * What passages are packed from: sentences, rows, lines of code, and blocks that fit as a whole. No unit is larger than `maxWords`.
 */
import { sentenceStarts } from '@waybill/contracts';
import type { Block, Line } from './block.ts';
import { readableRows } from './table-rows.ts';

export interface Unit {
  readonly text: string;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  /** What stands before it when it follows another unit. */
  readonly glue: '' | ' ' | '\n' | '\n\n';
}

/** Bounds of a passage, in words; see `sizeOf`. */
export const bounds = { small: 40, least: 120, most: 220, max: 260 } as const;
/** A word of more characters is no word and is cut. */
const maxWordChars = 400;
const charsPerWord = 8;

/** Words; for text with few spaces (code, Chinese) an eighth of its characters, if that is more. */
export function sizeOf(text: string): number {
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const isSpace = text.charCodeAt(at) <= 32;
    if (!isSpace && !inWord) words += 1;
    inWord = !isSpace;
  }
  return Math.max(words, Math.ceil(text.length / charsPerWord));
}

export function* unitsOf(block: Exclude<Block, { kind: 'heading' }>): Generator<Unit, void> {
  if (block.kind === 'prose') yield* sentences(block.lines, block.mark);
  else if (block.kind === 'code') yield* rows(block.lines, undefined);
  else {
    const lines = readableRows(block);
    // A part of a table says little without its header.
    const header = block.headed && lines[0] && sizeOf(lines[0].text) <= bounds.small ? lines[0] : undefined;
    yield* rows(lines, header);
  }
}

/** The sentences of a paragraph, with the lines they stand on. */
function* sentences(lines: readonly Line[], mark: string | undefined): Generator<Unit, void> {
  const { text, lineAt } = joinLines(lines, mark ?? '');
  const starts = sentenceStarts(text);
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? text.length;
    for (const [from, to] of cut(text, start, end)) {
      const piece = text.slice(from, to).trim();
      if (piece === '') continue;
      const glue = from > 0 ? spaceBefore(text, from) : mark === undefined ? '\n\n' : '\n';
      yield { text: piece, size: sizeOf(piece), from: lineAt(from), to: lineAt(to - 1), glue };
    }
  }
}

/** Sentences of some scripts follow each other without one. */
const spaceBefore = (text: string, at: number): '' | ' ' => (/\s/.test(text.slice(at - 1, at + 1)) ? ' ' : '');

function* rows(lines: readonly Line[], header: Line | undefined): Generator<Unit, void> {
  if (lines.length === 0) return;
  for (const part of fits(lines) ? [lines] : partsOf(lines, bounds.most)) {
    const unit = unitOf(header && part[0] !== header ? [header, ...part] : part);
    if (unit.text.trim() !== '') yield { ...unit, from: part[0]!.number };
  }
}

function fits(lines: readonly Line[]): boolean {
  const text = lines.map((line) => line.text).join('\n');
  return text.length <= bounds.max * charsPerWord && sizeOf(text) <= bounds.max;
}

function unitOf(lines: readonly Line[]): Unit {
  const text = lines.map((line) => line.text).join('\n');
  return { text, size: sizeOf(text), from: lines[0]!.number, to: lines.at(-1)!.number, glue: '\n\n' };
}

/** Lines in groups of at most `most` words. */
function* partsOf(lines: readonly Line[], most: number): Generator<Line[], void> {
  let part: Line[] = [];
  let size = 0;
  for (const line of lines) {
    for (const [from, to] of cut(line.text, 0, line.text.length)) {
      const piece =
        from === 0 && to === line.text.length ? line : { text: line.text.slice(from, to), number: line.number };
      // A line break counts too, so that blank lines fill a passage at last.
      const words = sizeOf(piece.text) + 1 / charsPerWord;
      if (size + words > most && part.length > 0) {
        yield part;
        part = [];
        size = 0;
      }
      part.push(piece);
      size += words;
    }
  }
  if (part.length > 0) yield part;
}

/** One range when it fits; else ranges that end at spaces where there are any near. */
function* cut(text: string, start: number, end: number): Generator<readonly [from: number, to: number], void> {
  const most = bounds.most - bounds.small;
  for (let from = start; ;) {
    const window = text.slice(from, Math.min(end, from + most * charsPerWord + 1));
    if (from + window.length >= end && sizeOf(window) <= most) {
      yield [from, end];
      return;
    }
    const to = from + cutPoint(window, most);
    yield [from, to];
    from = to;
  }
}

/** After as many words of the window as fit, at least one character of it, never inside a surrogate pair. */
function cutPoint(window: string, most: number): number {
  let end = Math.min(window.length - 1, most * charsPerWord);
  let words = 0;
  for (const match of window.matchAll(/\S+/g)) {
    words += 1;
    if (words > most) {
      end = Math.min(end, match.index);
      break;
    }
  }
  const space = window.lastIndexOf(' ', end);
  if (space >= end - maxWordChars && space > 0) return space + 1 > end ? space : space + 1;
  const last = window.charCodeAt(end - 1);
  const splitsPair = last >= 0xd8_00 && last <= 0xdb_ff;
  return Math.max(1, splitsPair ? (end > 1 ? end - 1 : 2) : end);
}

function joinLines(lines: readonly Line[], mark: string): { text: string; lineAt: (offset: number) => number } {
  const starts: number[] = [];
  let text = mark;
  for (const line of lines) {
    starts.push(text.length);
    const trimmed = line.text.replace(/\s+/g, ' ').trim();
    if (trimmed !== '') text += `${trimmed} `;
  }
  let at = 0;
  // Asked with growing offsets mostly, so it goes on from where it was.
  const lineAt = (offset: number): number => {
    if (starts[at]! > offset) at = 0;
    while (at + 1 < starts.length && starts[at + 1]! <= offset) at += 1;
    return lines[at]?.number ?? 1;
  };
  return { text: text.trimEnd(), lineAt };
}
