/**
 * Places in text. `size` counts characters, and the CEL library's other functions count halves of surrogate pairs: a text that is cut at a place
 * that `size` gave would lose its end without a word.
 */
const withPlaces: ReadonlySet<string> = new Set(['substring', 'indexOf', 'lastIndexOf']);
const isPair = /[\ud800-\udbff]/;

/** Runs a function of a text with places that count characters. */
export function inCharacters(
  name: string,
  values: readonly unknown[],
  run: (values: readonly unknown[]) => unknown,
): unknown {
  const [text, ...others] = values;
  if (typeof text !== 'string' || !withPlaces.has(name) || !isPair.test(text)) return run(values);
  const result = run([text, ...others.map((value) => (typeof value === 'bigint' ? halvesBefore(text, value) : value))]);
  return typeof result === 'bigint' && result > 0n ? charactersBefore(text, Number(result)) : result;
}

/** A place beyond the text stays beyond it. */
function halvesBefore(text: string, place: bigint): bigint {
  const characters = Number(place);
  let left = characters;
  let halves = 0;
  for (; left > 0 && halves < text.length; left -= 1) halves += isPairAt(text, halves) ? 2 : 1;
  return BigInt(halves) + place - BigInt(characters - left);
}

function charactersBefore(text: string, end: number): bigint {
  let characters = 0;
  for (let halves = 0; halves < end; characters += 1) halves += isPairAt(text, halves) ? 2 : 1;
  return BigInt(characters);
}

/** By code units: an iterator makes a text of each character, and a megabyte of them holds everybody up. */
function isPairAt(text: string, at: number): boolean {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xd800) return false;
  return (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
