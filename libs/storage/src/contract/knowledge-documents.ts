/** Documents for the contract suite. Vectors here are counts of words in 64 places: near when words are shared. */
import type { EmbedderTraits, IndexedDocument, KnowledgeQuery } from '../knowledge-index.ts';
import { wordsOf } from '../knowledge-words.ts';

export const contractEmbedder: EmbedderTraits = { name: 'contract-1', dimensions: 64 };

export function contractVector(text: string): Float32Array {
  const vector = new Float32Array(contractEmbedder.dimensions).fill(0.01);
  for (const word of wordsOf(text))
    vector[Array.from(word).reduce((hash, char) => (hash * 31 + char.codePointAt(0)!) % 64, 7)]! += 1;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

export function contractDocument(texts: readonly string[], changes: Partial<IndexedDocument> = {}): IndexedDocument {
  return {
    tenant: 'acme',
    documentId: 'd1',
    name: 'notes.md',
    collection: 'default',
    metadata: {},
    revision: 1,
    fingerprint: texts.join('|'),
    passages: texts.map((text, ordinal) => ({
      ordinal,
      text,
      place: `lines ${String(ordinal + 1)}-${String(ordinal + 1)}`,
      vector: contractVector(text),
    })),
    ...changes,
  };
}

/** Asked by the tenant of the documents. */
export const contractQuestion = (text: string, changes: Partial<KnowledgeQuery> = {}): KnowledgeQuery => ({
  tenant: 'acme',
  text,
  vector: contractVector(text),
  k: 8,
  ...changes,
});
