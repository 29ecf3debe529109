/** What every KnowledgeIndex promises of scripts without spaces between words, and of Korean. Part of its contract suite. */
import { expect, it } from 'vitest';
import type { KnowledgeIndex } from '../knowledge-index.ts';
import { contractDocument, contractVector } from './knowledge-documents.ts';

const steam = 'The turbine turns steam into electricity.';

export function knowledgeUnspacedContract(current: () => KnowledgeIndex): void {
  const found = async (text: string): Promise<string[]> =>
    (await current().search({ tenant: 'acme', text, vector: contractVector(text), k: 5 })).map((hit) => hit.text);

  it.each([
    [
      'パンダは竹を食べます。ユーカリは食べません。',
      ['パンダ', 'パンダは何を食べますか', '竹', '食べる パンダ'],
      ['東京タワーの高さはどれくらいですか', 'コアラ'],
    ],
    ['大熊猫喜欢吃竹子，住在四川的山里。', ['熊猫', '熊猫吃什么？', '竹子', '四川'], ['月亮离地球有多远？', '咖啡']],
    [
      '판다는 대나무를 먹고 산에서 삽니다.',
      ['판다', '판다는 무엇을 먹나요?', '대나무', '나무'],
      ['서울의 인구는 몇 명입니까?', '커피'],
    ],
    ['แพนด้ากินไผ่และอาศัยอยู่บนภูเขา', ['แพนด้า', 'แพนด้ากินอะไร', 'ไผ่', 'ภูเขา'], ['รถไฟออกกี่โมง', 'กาแฟ']],
  ])('finds words inside of %s', async (passage, asked, missing) => {
    await current().replace(contractDocument([steam, passage]));
    for (const text of asked) expect([text, await found(text)]).toEqual([text, [passage]]);
    for (const text of missing) expect([text, await found(text)]).toEqual([text, []]);
  });

  it('finds by a name and a heading without spaces', async () => {
    const [passage] = contractDocument([steam]).passages;
    const passages = [{ ...passage!, place: '日本の動物, lines 1-2' }];
    await current().replace(contractDocument([], { name: '四川熊猫.md', passages }));
    for (const text of ['熊猫', '動物']) expect(await found(text)).toEqual([steam]);
  });
}
