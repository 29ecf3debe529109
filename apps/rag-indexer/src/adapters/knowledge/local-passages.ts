/** Passages by libs/knowledge and whichever embedder was chosen. */
import { PlatformError } from '@waybill/contracts';
import { chunkerVersion, embedPassages, readPassages, type Embedder } from '@waybill/knowledge';
import type { Passages } from '../../ports/passages.ts';

export function localPassages(embedder: Embedder): Passages {
  return {
    version: chunkerVersion,
    read: readPassages,
    vectorsOf: async (name, passages) => (await embedPassages(name, passages, embedder)).map(({ vector }) => vector),
    async vectorOf(question) {
      const [vector] = await embedder.embed([question]);
      if (!vector) throw new PlatformError('internal', { detail: 'The embedder answered without a vector.' });
      return vector;
    },
  };
}
