/**
 * From a document to what the index takes: parse, chunk, embed. Pure but for the embedder.
 * Promises: the event loop turns between slices of work; passages come in the order of the document.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PlatformError } from '@waybill/contracts';
import type { Passage } from '@waybill/storage';
import { chunk, type TextPassage } from './chunk.ts';
import type { Embedder } from './embedder.ts';
import type { SourceDocument } from './media-type.ts';
import { headingsOf } from './place.ts';

const embedAtOnce = 64;

/** What of a passage is embedded: its text, and what its headings and the document's name say it is about. */
export function embeddedText(documentName: string, { place, text }: TextPassage): string {
  return `${documentName.replace(/\.[A-Za-z]{1,8}$/, '')}\n${headingsOf(place)}\n${text}`;
}

/** Throws `unsupported_document` or `unreadable_document`. */
export async function readPassages(document: SourceDocument): Promise<TextPassage[]> {
  // The parsers are two hundred modules, of which a platform without documents holds none.
  const { parseDocument } = await import('./parse-document.ts');
  const passages: TextPassage[] = [];
  for (const batch of chunk(parseDocument(document))) {
    for (const passage of batch) passages.push(passage);
    await nextTurn();
  }
  if (passages.length > 0) return passages;
  throw new PlatformError('unreadable_document', { detail: `${document.name} holds no text.` });
}

export async function embedPassages(
  name: string,
  passages: readonly TextPassage[],
  embedder: Embedder,
): Promise<Passage[]> {
  const embedded: Passage[] = [];
  for (let start = 0; start < passages.length; start += embedAtOnce) {
    const part = passages.slice(start, start + embedAtOnce);
    const vectors = await embedder.embed(part.map((passage) => embeddedText(name, passage)));
    part.forEach(({ text, place }, at) =>
      embedded.push({ ordinal: start + at, text, place, vector: vectorAt(vectors, at) }),
    );
    await nextTurn();
  }
  return embedded;
}

/** All of it: what `KnowledgeIndex.replace` takes as `passages`. */
export async function indexDocument(document: SourceDocument, embedder: Embedder): Promise<Passage[]> {
  return embedPassages(document.name, await readPassages(document), embedder);
}

function vectorAt(vectors: readonly Float32Array[], at: number): Float32Array {
  const vector = vectors[at];
  if (!vector) throw new PlatformError('internal', { detail: 'The embedder answered with fewer vectors than texts.' });
  return vector;
}
