/** Several searches to one list: reciprocal rank fusion, so that a passage found by several queries, or first by one, comes early. */
import type { SearchHit } from '@waybill/contracts';

/** Dampens the lead of the first ranks; the usual value. */
const damping = 60;

/** Best first, each passage once. With one list its own scores stay; with several a score is the share of the best possible, up to 1. */
export function mergeHits(lists: readonly (readonly SearchHit[])[], limit: number): SearchHit[] {
  const merged = new Map<string, { hit: SearchHit; score: number }>();
  for (const list of lists) {
    const found = new Set<string>();
    list.forEach((hit, index) => {
      const key = `${hit.document_id}\n${hit.text}`;
      if (found.has(key)) return; // it stands there twice
      found.add(key);
      const known = merged.get(key) ?? { hit, score: 0 };
      known.score += (damping + 1) / (damping + 1 + index) / lists.length;
      merged.set(key, known);
    });
  }
  const best = [...merged.values()].toSorted((a, b) => b.score - a.score).slice(0, limit);
  return best.map(({ hit, score }) => (lists.length === 1 ? hit : { ...hit, score: Math.round(score * 1e4) / 1e4 }));
}
