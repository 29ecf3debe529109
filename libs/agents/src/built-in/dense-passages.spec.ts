/** Text of which a character is a token, or nearly: as many passages are taken as leave room for an answer. */
import { expect, it } from 'vitest';
import { openModel } from '@waybill/models';
import { nullLogger } from '@waybill/telemetry';
import { analyzer } from './analyzer.ts';
import { writer } from './writer.ts';

/** Nobody listens there: a call that was found worth making fails with `model_failed`. */
const model = openModel(
  { provider: 'openai', apiKey: 'k', model: 'm', baseUrl: 'http://127.0.0.1:9/v1' },
  { hot: { get: async () => undefined, set: async () => undefined }, clock: Date },
);
const chinese = '大熊猫生活在四川的山区，每天用十多个小时吃竹子，并且在冬天迁往较低的山谷。';
const english = 'Pandas live in the mountains and eat bamboo for ten hours a day. ';
const words = 'What do pandas eat, and where do they live? ';

it.each([
  ['Chinese', chinese, '大熊猫吃什么？住在哪里？'],
  ['Japanese', 'パンダは四川の山に住み、一日に十時間以上竹を食べて過ごします。', 'パンダは何を食べますか'],
  ['code', 'if(a[i]!==b[j]){x+=y*(z-1);}\n', 'What does x become, and when?'],
  ['figures', '1849203 5839201 0.3829 4.19283 ', 'What was sold, and when?'],
  ['plain text under a question as long as one may be', english, words.repeat(450)],
])('makes the call possible over long lists of %s', async (_what, text, goal) => {
  const long = text.repeat(Math.floor(1_700 / text.length));
  const passages = Array.from({ length: 12 }, (_, index) => ({
    document_id: `d${index}`,
    name: 'a.md',
    place: 'line 1',
    text: long,
    score: 1,
  }));
  const activation = { journal: [], epoch: 1, turn: 0, maxTokens: 12_000, signal: new AbortController().signal };
  const context = { model, onToken: () => undefined, log: nullLogger };
  const analysis = { points: [], gaps: [], summary: english.repeat(100) };
  for (const agent of [analyzer, writer]) {
    const call = agent.activate({ ...activation, input: { goal, passages, analysis } }, context);
    await expect(call).rejects.toMatchObject({ code: 'model_failed' });
  }
});
