import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashingEmbedder } from './hashing-embedder.ts';
import { stem } from './stem.ts';

const cosine = async (first: string, second: string): Promise<number> => {
  const [a, b] = await hashingEmbedder.embed([first, second]);
  return a!.reduce((sum, value, at) => sum + value * b![at]!, 0);
};

describe('stem', () => {
  it('sends the forms of a word to one stem', () => {
    const families = [
      'rebalance rebalances rebalanced rebalancing',
      'member members',
      'commit commits committed committing',
      'retry retries',
      'process processes processed',
      'class classes',
      'partition partitions partitioned',
    ];
    for (const family of families) expect(new Set(family.split(' ').map(stem)).size).toBe(1);
  });
  it('leaves short, foreign and irregular words alone', () => {
    for (const word of ['bus', 'this', 'status', 'analysis', 'string', 'red', 'über', 'x86', '分区'])
      expect(stem(word)).toBe(word);
  });
});

describe('the hashing embedder', () => {
  it.each([
    ['パンダは竹を食べます。', 'パンダは何を食べますか', '東京タワーの高さは何メートルですか'],
    ['大熊猫喜欢吃竹子。', '熊猫吃什么？', '月亮离地球有多远？'],
    ['판다는 대나무를 먹습니다.', '판다는 무엇을 먹나요?', '서울의 인구는 몇 명입니까?'],
    ['แพนด้ากินไผ่', 'แพนด้ากินอะไร', 'รถไฟออกกี่โมง'],
  ])('sees that %s speaks of %s', async (text, near, far) => {
    expect(await cosine(text, near)).toBeGreaterThan(0.3);
    expect(await cosine(text, far)).toBeLessThan(0.2);
  });
  it('gives vectors of unit length, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 400 }), async (text) => {
        const [first, second] = await hashingEmbedder.embed([text, text]);
        expect(first).toHaveLength(hashingEmbedder.dimensions);
        expect(Math.hypot(...first!)).toBeCloseTo(1, 5);
        expect(first).toEqual(second);
      }),
    );
  });

  it('never changes for one name: vectors are stored', async () => {
    const [vector] = await hashingEmbedder.embed(['Consumer groups share the partitions of a topic.']);
    const largest = [...vector!.keys()].toSorted((a, b) => Math.abs(vector![b]!) - Math.abs(vector![a]!)).slice(0, 5);
    expect({ name: hashingEmbedder.name, largest: largest.toSorted((a, b) => a - b) }).toMatchInlineSnapshot(`
      {
        "largest": [
          2,
          72,
          137,
          154,
          231,
        ],
        "name": "waybill-hashing-2",
      }
    `);
  });

  it('lays texts of the same words, of other forms and misspelt ones near, others far', async () => {
    expect(await cosine('consumer group rebalancing', 'rebalanced consumer groups')).toBeGreaterThan(0.7);
    expect(await cosine('consumer rebalancing', 'consummer rebalancng')).toBeGreaterThan(0.2);
    expect(await cosine('consumer group rebalancing', 'sourdough bread recipe')).toBeLessThan(0.2);
  });

  it('embeds nothing, stop words and very long texts', async () => {
    expect(await hashingEmbedder.embed([])).toEqual([]);
    expect(await cosine('what is it', 'what is it')).toBeCloseTo(1, 5);
    expect(await cosine('', '🎈')).toBeCloseTo(1, 5);
    const vectors = await hashingEmbedder.embed(Array.from({ length: 5 }, () => 'many words of text '.repeat(10_000)));
    expect(vectors).toHaveLength(5);
  });
});
