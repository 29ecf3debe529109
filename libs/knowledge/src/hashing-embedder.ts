/**
 * The embedder that needs no network and no model: features of a text, hashed into 256 signed places.
 * Promises: the same text has the same vector everywhere; the event loop turns every few milliseconds of work.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { contentWords } from './content-words.ts';
import type { Embedder } from './embedder.ts';
import { stem } from './stem.ts';

const dimensions = 256;
/** A word says most; two in a row say more than each; parts of words carry over typing errors and other forms. */
const weights = { word: 1, pair: 0.5, trigram: 0.25 } as const;
/** Characters between two turns of the event loop: some 5 ms. */
const turnChars = 16_384;
/** The rest of an overlong text would not change its direction much. */
const maxChars = 32_768;

export const hashingEmbedder: Embedder = {
  dimensions,
  name: 'waybill-hashing-2',
  // Measured: questions about other things reach 0.39 at most among 6,500 passages of READMEs; one in a passage's own words is above.
  relevantCosine: 0.4,
  async embed(texts) {
    const vectors: Float32Array[] = [];
    let chars = 0;
    for (const text of texts) {
      chars += Math.min(text.length, maxChars);
      if (chars > turnChars && vectors.length > 0) {
        await nextTurn();
        chars = 0;
      }
      vectors.push(hashVector(text));
    }
    return vectors;
  },
};

function hashVector(text: string): Float32Array {
  const counts = countFeatures(contentWords(text.slice(0, maxChars)));
  const vector = new Float32Array(dimensions);
  for (const [feature, count] of counts) {
    const hash = mixedHash(feature);
    const weight = weightOf(feature) * (1 + Math.log(count));
    vector[hash % dimensions]! += hash >>> 31 === 1 ? weight : -weight;
  }
  return unitLength(vector);
}

/** Features are told apart by their first character: `w`ord, `p`air, `t`rigram. */
function countFeatures(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (feature: string): void => {
    counts.set(feature, (counts.get(feature) ?? 0) + 1);
  };
  let previous: string | undefined;
  for (const word of words) {
    const stemmed = stem(word);
    add(`w${stemmed}`);
    if (previous !== undefined) add(`p${previous} ${stemmed}`);
    previous = stemmed;
    const framed = `^${stemmed}$`;
    for (let at = 0; at + 3 <= framed.length; at += 1) add(`t${framed.slice(at, at + 3)}`);
  }
  return counts;
}

function weightOf(feature: string): number {
  if (feature.startsWith('w')) return weights.word;
  return feature.startsWith('p') ? weights.pair : weights.trigram;
}

/** FNV-1a, then the finish of MurmurHash3, as the low bits alone choose the place and the highest the sign. */
function mixedHash(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  if (length > 0) return vector.map((value) => value / length);
  vector[0] = 1; // no word at all: near nothing but its like
  return vector;
}
