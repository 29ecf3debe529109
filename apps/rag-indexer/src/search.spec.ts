import 'reflect-metadata';
import { PlatformError, topics } from '@waybill/contracts';
import { hashingEmbedder } from '@waybill/knowledge';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf, IndexerFixture, now, whales } from './testing/indexer-fixture.ts';

let t: IndexerFixture;
beforeEach(async () => {
  t = new IndexerFixture();
  await t.open();
});
afterEach(() => t.close());

describe('searching', () => {
  const call = { plan_id: 'p1', step_id: 's1', work_id: 'w1', epoch: 2, turn: 3, ordinal: 4 };

  it("answers a step's call under its own id", async () => {
    await t.start();
    await t.ingest('d1', { content: await t.stored('d1', whales) });
    await t.untilSaid('d1', 'indexed');
    await t.search({ call, input: { query: 'whales krill', k: 1 } });
    await t.until(() => t.seen.some(({ topic }) => topic === topics.taskResults));
    const answer = t.seen.find(({ topic }) => topic === topics.taskResults)!;
    expect(answer.key).toBe('p1');
    expect(answer.headers).toMatchObject({ ce_id: 'w1:2:3:4:result', ce_type: 'waybill.CallResult.v1' });
    expect(bodyOf(answer)).toMatchObject({
      type: 'CallResult',
      ...call,
      outcome: { status: 'completed', observation: { hits: [{ document_id: 'd1' }] } },
    });
  });

  it("waits with a step's call for an index that is away, longer than a record is tried otherwise", async () => {
    const search = vi.spyOn(t.index, 'search');
    for (let nth = 0; nth < 7; nth += 1) search.mockRejectedValueOnce(new PlatformError('unavailable'));
    await t.start();
    await t.search({ call, input: { query: 'whales krill' } });
    await t.until(() => t.seen.some(({ topic }) => topic === topics.taskResults));
    expect(t.seen.map((answer) => bodyOf(answer))).toMatchObject([{ outcome: { status: 'completed' } }]);
  });

  it('answers failures with their class', async () => {
    await t.start();
    expect((await t.ask({ query: '' })).error).toMatchObject({
      class: 'invalid',
      code: 'invalid_input',
      detail: expect.stringContaining('query'),
    });
    expect((await t.ask({ query: 'x', k: 1_000 })).error).toMatchObject({ class: 'invalid' });
    await t.stop();
    await t.start({ embedder: { ...hashingEmbedder, embed: () => Promise.resolve([]) } });
    expect((await t.ask({ query: 'x' })).error).toMatchObject({ class: 'bug', code: 'internal' });
    await t.stop();
    await t.start();
    await t.index.close();
    expect((await t.ask({ query: 'x' })).error).toMatchObject({ class: 'transient', code: 'unavailable' });
  });

  it('answers no hits when the documents do not speak of it', async () => {
    await t.start();
    await t.ingest('d1', { content: await t.stored('d1', whales), metadata: { team: 'sea' } });
    await t.untilSaid('d1', 'indexed');
    expect(await t.found('What is the capital of France?')).toEqual([]);
    expect(await t.found('whales', { filter: { team: 'land' } })).toEqual([]);
    expect(await t.found('whales', { filter: { team: 'sea' }, collection: 'default' })).toEqual(['d1.md']);
  });

  it('does not begin what is too late, nor answers nobody', async () => {
    await t.start();
    await t.search({
      input: { query: 'late' },
      not_after: now - 1,
      reply_to: { instance: 'gw-1', command_id: 'late' },
    });
    await t.search({ input: { query: 'nobody' } });
    await t.ask({ query: 'in time' });
    expect(t.replies()).toHaveLength(1);
  });

  const refuseAnswers = (times: number, error: Error): void => {
    let refusals = times;
    const append = t.log.append.bind(t.log);
    t.log.append = (messages) =>
      messages.some(({ topic }) => topic === topics.replies) && (refusals -= 1) >= 0
        ? Promise.reject(error)
        : append(messages);
  };

  it('tells who waits when the answer cannot be made', async () => {
    refuseAnswers(5, new Error('who knows'));
    await t.start();
    expect((await t.ask({ query: 'whales' })).error).toMatchObject({ class: 'bug', detail: 'who knows' });
  });

  it('answers once the log can be written again', async () => {
    refuseAnswers(7, new PlatformError('log_unavailable'));
    await t.start();
    expect((await t.ask({ query: 'whales' })).error).toBeUndefined();
  });
});

it('embeds anew what another embedder has left, beside the daily work', async () => {
  await t.start();
  await t.ingest('d1', { content: await t.stored('d1', whales) });
  await t.untilSaid('d1', 'indexed');
  await t.stop();
  await t.index.close();
  const embedder = { ...hashingEmbedder, name: 'other-1' };
  t.openIndex(embedder);
  const { promise, resolve } = Promise.withResolvers<string>();
  await t.start({
    embedder: {
      ...embedder,
      embed(texts) {
        if (texts[0]?.includes('krill and sing')) resolve(texts[0]);
        return hashingEmbedder.embed(texts);
      },
    },
  });
  expect(await promise).toBe('d1\nWhales\nBlue whales eat krill and sing for hours.');
  expect(await t.found('whales krill')).toEqual(['d1.md']);
});
