/** Colours for people at a terminal; plain text everywhere else (pipes, CI, NO_COLOR). */
import { styleText } from 'node:util';
import { foreignLine } from './foreign-text.ts';

type Format = Parameters<typeof styleText>[0];

const paint = (format: Format, text: string): string => styleText(format, text, { stream: process.stdout });

export const style = {
  strong: (text: string): string => paint('bold', text),
  faint: (text: string): string => paint('dim', text),
  good: (text: string): string => paint('green', text),
  bad: (text: string): string => paint('red', text),
  name: (text: string): string => paint('cyan', text),
};

/** `12 ms`, `1.4 s`, `3 min 20 s`. */
/** `1 document`, `2 documents`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** One line of at most `width` characters, safe to print. */
export function shorten(text: string, width: number): string {
  const line = foreignLine(text.replaceAll(/\s+/g, ' ').trim());
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
