/** What every KnowledgeIndex promises. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KnowledgeIndex, KnowledgeQuery } from '../knowledge-index.ts';
import { contractDocument, contractQuestion as question } from './knowledge-documents.ts';
import { knowledgeFiltersContract } from './knowledge-filters.contract.ts';
import { knowledgeRebuildContract } from './knowledge-rebuild.contract.ts';
import { knowledgeUnspacedContract } from './knowledge-unspaced.contract.ts';

const whales = 'Blue whales eat krill and sing for hours.';
const steam = 'A steam engine turns heat into motion.';
const bread = 'Sourdough bread rises overnight in a cool kitchen.';

export function knowledgeIndexContract(name: string, open: () => Promise<KnowledgeIndex>): void {
  describe(`${name} as a KnowledgeIndex`, () => {
    let index: KnowledgeIndex;
    beforeEach(async () => {
      index = await open();
    });
    afterEach(() => index.close());
    const texts = async (query: KnowledgeQuery): Promise<string[]> =>
      (await index.search(query)).map(({ text }) => text);

    it('finds the passage that speaks of the question, with where it stands', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      const [best] = await index.search(question('What do whales eat?'));
      expect(best).toEqual({
        documentId: 'd1',
        name: 'notes.md',
        ordinal: 1,
        text: whales,
        place: 'lines 2-2',
        score: expect.any(Number),
      });
    });

    it('finds other forms of a word', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      expect((await texts(question('singing whale')))[0]).toBe(whales);
    });

    it('finds by a word of the name or the heading', async () => {
      const [passage] = contractDocument(['It is cooled by water.']).passages;
      await index.replace(
        contractDocument([], {
          name: 'turbine.md',
          passages: [{ ...passage!, place: 'Condenser > Upkeep, lines 3-4' }],
        }),
      );
      expect(await texts(question('turbine condenser upkeep'))).toEqual(['It is cooled by water.']);
      expect(await texts(question('lines'))).toEqual([]);
    });

    it('scores in (0, 1], best first, and at most k', async () => {
      await index.replace(
        contractDocument(
          Array.from({ length: 20 }, (_, n) => `Whales of kind ${String(n)} sing. ${'More about song. '.repeat(n)}`),
        ),
      );
      const hits = await index.search(question('whales sing', { k: 5 }));
      expect(hits).toHaveLength(5);
      for (const { score } of hits) expect(score > 0 && score <= 1).toBe(true);
      expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
    });

    it('has no hits for a question that no passage speaks of', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      expect(await texts(question('What is the capital of France?'))).toEqual([]);
      expect(await texts(question('quantum chromodynamics lattice'))).toEqual([]);
    });

    it('has no hits for a question without words', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      for (const text of ['?', '🐳🐳', 'what is it about', ' ', '"']) expect(await texts(question(text))).toEqual([]);
    });

    it('has no hits when a chance word of a longer question occurs', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      expect(await texts(question('Which parliament taxed imported motion picture film stock?'))).toEqual([]);
    });

    it('takes any text as a question', async () => {
      await index.replace(contractDocument([steam, whales, bread]));
      const hostile = [
        `"whales" AND (krill`,
        'whales NOT krill',
        'text:whales',
        'NEAR(whales krill, 2)',
        'whales*',
        "'; DROP TABLE words; --",
        '^whales + krill',
        '{whales krill}',
        '🐳 whales 🐳',
        'whales\u0000krill',
      ];
      for (const text of hostile) await expect(index.search(question(text))).resolves.toBeDefined();
      expect((await texts(question(`whales krill`.padEnd(4_000, ' whales krill'))))[0]).toBe(whales);
      expect((await texts(question('"whales" AND (krill')))[0]).toBe(whales);
      await expect(
        index.search(question(Array.from({ length: 700 }, (_, n) => `w${String(n)}`).join(' '))),
      ).resolves.toEqual([]);
    });

    it('replaces all passages of a document at once', async () => {
      await index.replace(contractDocument([steam, whales]));
      await index.replace(contractDocument([bread], { revision: 2 }));
      expect(await texts(question('whales krill'))).toEqual([]);
      expect(await texts(question('sourdough bread'))).toEqual([bread]);
    });

    it('keeps documents apart', async () => {
      await index.replace(contractDocument([whales]));
      await index.replace(contractDocument([bread], { documentId: 'd2' }));
      await index.remove('acme', 'd2', 2);
      expect(await texts(question('whales krill'))).toEqual([whales]);
      expect(await texts(question('sourdough bread'))).toEqual([]);
    });

    it('lets nothing older win', async () => {
      await index.replace(contractDocument([bread], { revision: 5 }));
      await index.replace(contractDocument([whales], { revision: 4 }));
      await index.remove('acme', 'd1', 4);
      expect(await texts(question('sourdough bread'))).toEqual([bread]);
      await index.remove('acme', 'd1', 6);
      await index.replace(contractDocument([bread], { revision: 5 }));
      expect(await texts(question('sourdough bread'))).toEqual([]);
      await index.replace(contractDocument([bread], { revision: 7 }));
      expect(await texts(question('sourdough bread'))).toEqual([bread]);
    });

    it('gives the same after a repeated command', async () => {
      for (let time = 0; time < 2; time += 1) await index.replace(contractDocument([whales, steam]));
      expect(await texts(question('whales krill'))).toEqual([whales]);
    });

    it('says what it last applied', async () => {
      expect(await index.state('acme', 'd1')).toBeUndefined();
      await index.replace(contractDocument([whales, steam], { revision: 3, fingerprint: 'f' }));
      expect(await index.state('acme', 'd1')).toEqual({ revision: 3, fingerprint: 'f', requests: [], passages: 2 });
      expect(await index.state('other', 'd1')).toBeUndefined();
      await index.remove('acme', 'd1', 4, ['two', 'one']);
      expect(await index.state('acme', 'd1')).toMatchObject({
        revision: 4,
        requests: ['two', 'one'],
        passages: undefined,
      });
      await index.replace(contractDocument([whales], { revision: 5, requests: ['three "3"'] }));
      expect(await index.state('acme', 'd1')).toMatchObject({ requests: ['three "3"'], passages: 1 });
    });

    it('notes a command that asked for what is there, unless a newer one was applied', async () => {
      await index.replace(contractDocument([whales], { revision: 3, fingerprint: 'f', requests: ['one'] }));
      await index.confirm('acme', 'd1', 2, ['older']);
      await index.confirm('other', 'd1', 9, ['of another']);
      expect(await index.state('acme', 'd1')).toMatchObject({ revision: 3, requests: ['one'] });
      await index.confirm('acme', 'd1', 4, ['two', 'one']);
      expect(await index.state('acme', 'd1')).toEqual({
        revision: 4,
        fingerprint: 'f',
        requests: ['two', 'one'],
        passages: 1,
      });
    });

    it('notes a command that came to nothing, of a document that is not there', async () => {
      await index.confirm('acme', 'd1', 5, ['!one']);
      const nothing = { fingerprint: '', passages: undefined };
      expect(await index.state('acme', 'd1')).toEqual({ revision: 5, requests: ['!one'], ...nothing });
      await index.confirm('acme', 'd1', 6, ['!two', '!one']);
      expect(await index.state('acme', 'd1')).toEqual({ revision: 6, requests: ['!two', '!one'], ...nothing });
      await index.replace(contractDocument([whales], { revision: 4 }));
      expect(await texts(question('whales krill'))).toEqual([]);
      await index.replace(contractDocument([whales], { revision: 7 }));
      expect(await texts(question('whales krill'))).toEqual([whales]);
    });

    it('remembers the removal of a document that it never had', async () => {
      await index.remove('acme', 'd1', 9);
      await index.replace(contractDocument([whales], { revision: 8 }));
      expect(await texts(question('whales'))).toEqual([]);
    });

    it('never finds documents of another tenant, even of the same id', async () => {
      await index.replace(contractDocument([whales], { tenant: 'other' }));
      expect(await texts(question('whales krill'))).toEqual([]);
      await index.replace(contractDocument([bread]));
      expect(await texts(question('whales krill', { tenant: 'other' }))).toEqual([whales]);
    });

    it('finds in one collection, or in all of them', async () => {
      await index.replace(contractDocument([whales], { collection: 'sea' }));
      await index.replace(contractDocument([`${whales} Again.`], { documentId: 'd2', collection: 'land' }));
      expect(await texts(question('whales krill', { collection: 'sea' }))).toEqual([whales]);
      expect(await texts(question('whales krill', { collection: 'sky' }))).toEqual([]);
      expect(await texts(question('whales krill'))).toHaveLength(2);
    });

    it('ranks within the tenant, whatever others have', async () => {
      const crowd = Array.from({ length: 400 }, (_, n) => `Whales krill whales krill ${String(n)}`);
      await index.replace(contractDocument(crowd, { tenant: 'other', documentId: 'd2' }));
      const modest = `A long story in which whales and krill are named once. ${bread} ${steam}`;
      await index.replace(contractDocument([modest]));
      expect(await texts(question('whales krill', { k: 1 }))).toEqual([modest]);
    });

    it("removes a document of one tenant and leaves another's of the same id", async () => {
      await index.replace(contractDocument([whales]));
      await index.replace(contractDocument([whales], { tenant: 'other' }));
      await index.remove('acme', 'd1', 2);
      expect(await texts(question('whales krill'))).toEqual([]);
      expect(await texts(question('whales krill', { tenant: 'other' }))).toEqual([whales]);
    });

    it('takes a document of many passages and finds in it', async () => {
      await index.replace(
        contractDocument(Array.from({ length: 700 }, (_, n) => `Entry number${String(n)} of the register.`)),
      );
      expect((await texts(question('number613')))[0]).toBe('Entry number613 of the register.');
      await index.replace(contractDocument([], { revision: 2 }));
      expect(await texts(question('number613'))).toEqual([]);
    });

    it('serves writes and searches that come at the same time', async () => {
      const documents = Array.from({ length: 12 }, (_, n) =>
        contractDocument([`Whale number${String(n)}`, steam], { documentId: `d${String(n)}` }),
      );
      await Promise.all(documents.flatMap((document) => [index.replace(document), index.search(question('whale'))]));
      expect(await texts(question('whale', { k: 20 }))).toHaveLength(12);
    });

    knowledgeRebuildContract(() => index);
    knowledgeFiltersContract(() => index);
    knowledgeUnspacedContract(() => index);

    it('refuses a vector of another dimension', async () => {
      const [passage] = contractDocument([whales]).passages;
      const broken = contractDocument([], { passages: [{ ...passage!, vector: new Float32Array(3) }] });
      await expect(index.replace(broken)).rejects.toMatchObject({ code: 'invalid_request' });
      await expect(index.search(question('whales', { vector: new Float32Array(3) }))).rejects.toMatchObject({
        code: 'invalid_request',
      });
    });
  });
}
