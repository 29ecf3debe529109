/** What is uploaded, and how it becomes passages: by lines. Some of it can never be read, some only later, some breaks the indexer. */
import { createHash } from 'node:crypto';
import { PlatformError } from '@waybill/contracts';
import type { EmbedderTraits } from '@waybill/storage';
import type { Passages } from '../../apps/rag-indexer/src/ports/passages.ts';

type Kind = 'sound' | 'unreadable' | 'unembeddable' | 'later' | 'breaking';

export interface Content {
  readonly kind: Kind;
  /** Occurs in it alone. */
  readonly word: string;
  readonly lines: readonly string[];
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export const embedder: EmbedderTraits = { name: 'world-1', dimensions: 2 };
export const vector = new Float32Array([0.6, 0.8]);

function content(kind: Kind, word: string, lines: number): Content {
  const texts = Array.from({ length: lines }, (_, at) => `${word} stands in line ${String(at)}`);
  const bytes = new TextEncoder().encode([kind, ...texts].join('\n'));
  return { kind, word, lines: texts, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

export const contents: readonly Content[] = [
  content('sound', 'whale', 1),
  content('sound', 'tiger', 2),
  content('sound', 'bread', 3),
  content('unreadable', 'steam', 1),
  content('unembeddable', 'glass', 1),
  content('later', 'cedar', 2),
  content('breaking', 'flint', 1),
];

export const passagesOf = (canReadLater: () => boolean): Passages => ({
  version: '1',
  read: ({ bytes }) => {
    const [kind, ...texts] = new TextDecoder().decode(bytes).split('\n');
    if (kind === 'unreadable' || (kind === 'later' && !canReadLater())) throw new PlatformError('unreadable_document');
    if (kind === 'breaking') throw new Error('a bug');
    return Promise.resolve(texts.map((text, at) => ({ text, place: `${kind} ${String(at)}` })));
  },
  vectorsOf: (_name, passages) => {
    if (passages[0]?.place.startsWith('unembeddable')) throw new PlatformError('unsupported_document');
    return Promise.resolve(passages.map(() => vector));
  },
  vectorOf: () => Promise.resolve(vector),
});
