/** Where a passage stands, in words a person can follow. */
const maxHeadingChars = 80;

export interface Heading {
  readonly depth: number;
  readonly text: string;
}

/** `Guide > Rebalancing, lines 40-52`, or `lines 40-52`, or `line 7`. */
export function placeOf(path: readonly Heading[], from: number, to: number): string {
  const lines = from === to ? `line ${String(from)}` : `lines ${String(from)}-${String(to)}`;
  const headings = path.map(({ text }) => shortened(text)).join(' > ');
  return headings === '' ? lines : `${headings}, ${lines}`;
}

/** The headings of a place. */
export const headingsOf = (place: string): string => place.replace(/(?:^|, )lines? \d+(?:-\d+)?$/, '');

export const isShortened = (heading: string): boolean => heading.length > maxHeadingChars;

function shortened(heading: string): string {
  if (!isShortened(heading)) return heading;
  const cut = heading.slice(0, maxHeadingChars);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), maxHeadingChars / 2)).toWellFormed()}…`;
}
