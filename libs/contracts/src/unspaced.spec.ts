import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasUnspaced, isGlue, spaced, subjectOf } from './unspaced.ts';

const grams = (text: string): string => spaced(text).trim().replace(/\s+/g, ' ');

describe('scripts without spaces', () => {
  it.each([
    ['パンダ', 'パン ンダ'],
    ['竹', '竹'],
    ['パンダは竹を食べます。', 'パン ンダ は 竹 を 食 べま ます 。'],
    ['ラーメン', 'ラー ーメ メン'],
    ['ﾊﾟﾝﾀﾞ', 'パン ンダ'],
    ['熊猫吃竹子', '熊 熊猫 猫 猫吃 吃 吃竹 竹 竹子 子'],
    ['판다는 대나무를', '판 판다 다 다는 는 대 대나 나 나무 무 무를 를'],
    ['กินไผ่', 'กิน กินไ นไ นไผ่ ไผ่'],
    ['AI技術v2', 'AI 技 技術 術 v2'],
    ['Crêpes, 24 €', 'Crêpes, 24 €'],
  ])('%s is cut into %s', (text, expected) => expect(grams(text)).toBe(expected));

  it('leaves a text of other scripts as it is', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        if (!hasUnspaced(text)) expect(spaced(text)).toBe(text);
        expect(spaced(text).isWellFormed()).toBe(text.isWellFormed());
      }),
    ));

  it('finds a part of a word among the grams of the whole', () => {
    for (const [whole, part] of [
      ['東京都庁舎', '都庁'],
      ['ジャイアントパンダ', 'パンダ'],
      ['แพนด้ากินไผ่', 'กินไผ่'],
      ['대나무를', '나무'],
      ['大熊猫', '猫'],
    ] as const) {
      const known = new Set(grams(whole).split(' '));
      expect([
        whole,
        grams(part)
          .split(' ')
          .filter((gram) => !known.has(gram)),
      ]).toEqual([whole, []]);
    }
  });

  it.each([
    ['熊猫吃什么？', '熊猫吃 ？'],
    ['판다는 무엇을 먹나요?', '판다는   먹나요?'],
    ['แพนด้ากินอะไร', 'แพนด้ากิน '],
    ['什么', '什么'],
    ['几何学', '几何学'],
    ['What is tea?', 'What is tea?'],
  ])('%s asks for %s', (question, subject) => expect(subjectOf(question)).toBe(subject));

  it('knows the grams that hold a Japanese sentence together', () => {
    expect(['は', 'です', 'すか', 'パン', '竹', 'にぎ', 'de'].filter(isGlue)).toEqual(['は', 'です', 'すか']);
  });
});
