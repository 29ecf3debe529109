/** What every KnowledgeIndex promises of filters. Part of its contract suite. */
import { expect, it } from 'vitest';
import type { KnowledgeIndex, KnowledgeQuery } from '../knowledge-index.ts';
import { contractDocument, contractQuestion as question } from './knowledge-documents.ts';

const whales = 'Blue whales eat krill and sing for hours.';
export function knowledgeFiltersContract(current: () => KnowledgeIndex): void {
  const texts = async (query: KnowledgeQuery): Promise<string[]> =>
    (await current().search(query)).map(({ text }) => text);

  it('filters by equality of metadata, of value and type', async () => {
    await current().replace(contractDocument([whales], { metadata: { year: 2024, final: true, 'a.b"c': 'x' } }));
    const found = async (filter: Record<string, string | number | boolean>): Promise<number> =>
      (await texts(question('whales', { filter }))).length;
    type Filter = Record<string, string | number | boolean>;
    const matching: Filter[] = [{ year: 2024 }, { final: true }, { 'a.b"c': 'x' }, { year: 2024, final: true }, {}];
    for (const filter of matching) expect(await found(filter)).toBe(1);
    const others: Filter[] = [
      { year: '2024' },
      { year: 2025 },
      { final: 1 },
      { final: false },
      { a: 'x' },
      { year: 2024, final: false },
    ];
    for (const filter of others) expect(await found(filter)).toBe(0);
  });

  it('filters by numbers as they are written, also those that no double holds exactly', async () => {
    const numbers = [0.1, -0, 1e-7, 5e-324, 1e21, Number.MAX_VALUE, 2 ** 53, 3216165712828409000, 178013596948566000];
    const metadata = Object.fromEntries(numbers.map((number, at) => [`n${String(at)}`, number]));
    await current().replace(contractDocument([whales], { metadata }));
    for (const [field, number] of Object.entries(metadata))
      expect([field, await texts(question('whales', { filter: { [field]: number } }))]).toEqual([field, [whales]]);
    expect(await texts(question('whales', { filter: { n7: 3216165712828410000 } }))).toEqual([]);
  });

  it('filters before it ranks', async () => {
    const better = Array.from({ length: 400 }, (_, n) => `Whales krill whales krill ${String(n)}`);
    await current().replace(contractDocument(better, { documentId: 'd2', collection: 'crowd' }));
    await current().replace(contractDocument([better[0]!], { tenant: 'other' }));
    await current().replace(
      contractDocument(
        [`A long story in which whales and krill are named once. Nothing else in it is about the sea.`],
        {
          documentId: 'd3',
          metadata: { rare: true },
        },
      ),
    );
    expect(await texts(question('whales krill', { k: 1, filter: { rare: true } }))).toHaveLength(1);
    expect(await texts(question('whales krill', { k: 1, collection: 'default' }))).toHaveLength(1);
  });
}
