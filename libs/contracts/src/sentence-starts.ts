/**
 * Cuts running text into sentences, in one pass: for the index, which cuts passages there, and for models, which quote. Rather too few cuts than one inside a sentence: after an abbreviation, an initial
 * or a number, and before a small letter, nothing ends.
 */
const enders = new Set('.!?…');
const wideEnders = new Set('。！？');
const wideClosers = new Set('。！？」』）】”’');
const closers = new Set('"\'”’»)]*_`');
const abbreviations = new Set(
  'mr mrs ms dr prof st vs etc e.g i.e cf fig figs vol pp al approx dept est inc ltd co jr sr eq sec ch ed resp incl'.split(
    ' ',
  ),
);

/** Offsets at which a sentence begins, the first is 0. */
export function sentenceStarts(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]!;
    if (wideEnders.has(char)) {
      at = lastWideCloser(text, at);
      if (at + 1 < text.length) starts.push(at + 1);
      continue;
    }
    if (!enders.has(char)) continue;
    const end = endOfPunctuation(text, at);
    const next = skipSpace(text, end);
    const isEnd = next > end && next < text.length && !/\p{Ll}/u.test(text[next]!) && !isAbbreviation(text, at);
    if (isEnd) starts.push(next);
    at = Math.max(at, next - 1);
  }
  return starts;
}

function lastWideCloser(text: string, start: number): number {
  let at = start;
  while (at + 1 < text.length && wideClosers.has(text[at + 1]!)) at += 1;
  return at;
}

/** After all dots and marks, then all that closes (quotes, brackets). */
function endOfPunctuation(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && enders.has(text[at]!)) at += 1;
  while (at < text.length && closers.has(text[at]!)) at += 1;
  return at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && /\s/.test(text[at]!)) at += 1;
  return at;
}

function isAbbreviation(text: string, end: number): boolean {
  if (text[end] !== '.' || text[end + 1] === '.') return false;
  const word = /[\p{L}\p{N}.]+$/u.exec(text.slice(Math.max(0, end - 12), end))?.[0] ?? '';
  return abbreviations.has(word.toLowerCase()) || /^(?:\p{Lu}|[a-z]|Nos?)$/u.test(word);
}
