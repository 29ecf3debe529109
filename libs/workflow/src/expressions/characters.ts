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
  let left = place;
  let halves = 0;
  for (const character of text) {
    if (left <= 0n) break;
    left -= 1n;
    halves += character.length;
  }
  return BigInt(halves) + left;
}

function charactersBefore(text: string, halves: number): bigint {
  let characters = 0n;
  for (const _ of text.slice(0, halves)) characters += 1n;
  return characters;
}
