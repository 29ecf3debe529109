import { describe, expect, it } from 'vitest';
import { hashingEmbedder } from './hashing-embedder.ts';
import { embeddedText, indexDocument } from './index-document.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('indexing a document', () => {
  it('gives passages in order with their vectors', async () => {
    const text = Array.from(
      { length: 70 },
      (_, n) =>
        `## Part ${String(n)}\n\nThis is the text of part ${String(n)}. ${'It has some more words. '.repeat(20)}\n`,
    ).join('\n');
    const passages = await indexDocument({ name: 'parts.md', mediaType: '', bytes: bytes(text) }, hashingEmbedder);
    expect(passages.map(({ ordinal }) => ordinal)).toEqual(passages.map((_, at) => at));
    expect(passages).toHaveLength(70);
    const [expected] = await hashingEmbedder.embed([embeddedText('parts.md', passages[69]!)]);
    expect(passages[69]!.vector).toEqual(expected);
  });

  it('embeds what name and headings say too', () => {
    expect(embeddedText('kafka-groups.md', { place: 'Guide > Groups, lines 1-2', text: 'Text.' })).toBe(
      'kafka-groups\nGuide > Groups\nText.',
    );
  });

  it('refuses a document without text, and an embedder that answers too little', async () => {
    await expect(
      indexDocument({ name: 'empty.md', mediaType: '', bytes: bytes('<!-- -->\n\n---\n') }, hashingEmbedder),
    ).rejects.toMatchObject({ code: 'unreadable_document' });
    const broken = { ...hashingEmbedder, embed: () => Promise.resolve([]) };
    await expect(indexDocument({ name: 'a.md', mediaType: '', bytes: bytes('Text.') }, broken)).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('lets the event loop turn while it works', async () => {
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const text = `${'A sentence of the long document, with words. '.repeat(10)}\n\n`.repeat(200);
    const passages = await indexDocument({ name: 'long.txt', mediaType: '', bytes: bytes(text) }, hashingEmbedder);
    isDone = true;
    expect(turns).toBeGreaterThan(passages.length / 10);
  });
});
