import { defaultOwner, encodeMessage, searchQueue, topics, workTopic, type SearchWork } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog, until } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;
beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
});
afterAll(() => gateway.close());

const meta = { id: 'x', source: 'indexer', time: '2026-11-21T10:00:00.000Z', owner: defaultOwner };

describe('a search', () => {
  const topic = workTopic(searchQueue);
  async function answer(outcome: object): Promise<void> {
    const before = log.recordsOf(topic).length;
    await until(() => log.recordsOf(topic).length > before, undefined, 1_000_000);
    const work = JSON.parse(
      String(
        log
          .recordsOf(topic)
          .toSorted((a, b) => a.timestamp - b.timestamp)
          .at(-1)!.value,
      ),
    ) as SearchWork;
    const reply = { type: 'SearchReply', command_id: work.reply_to!.command_id, outcome };
    await log.append([
      encodeMessage({ topic: topics.replies, key: work.reply_to!.instance, name: 'SearchReply' }, reply, meta),
    ]);
  }
  const search = () => gateway.call('POST', '/v1/search', { query: 'restart', collection: 'notes' });
  const hit = { document_id: 'd', name: 'n', text: 't', score: 0.5, place: 'p' };

  it('answers what the indexer found', async () => {
    const [found] = await Promise.all([search(), answer({ status: 'completed', observation: { hits: [hit] } })]);
    expect([found.status, found.json]).toEqual([200, { hits: [hit] }]);
    const [list] = await Promise.all([search(), answer({ status: 'completed', observation: [hit] })]);
    expect(list.json).toEqual({ hits: [hit] });
  });

  it('fails as the indexer failed', async () => {
    const [invalid] = await Promise.all([
      search(),
      answer({ status: 'failed', error: { class: 'invalid', code: 'invalid_request', detail: 'No.' } }),
    ]);
    expect(invalid.json).toMatchObject({ status: 400, detail: 'No.' });
    const [newer] = await Promise.all([
      search(),
      answer({
        status: 'failed',
        error: { class: 'transient', code: 'of_a_newer_service', detail: 'Later.', retry_after_ms: 2_500 },
      }),
    ]);
    expect([newer.status, newer.json.code, newer.headers['retry-after']]).toEqual([503, 'unavailable', '3']);
  });

  it('is unavailable when nobody answers', async () => {
    const hasty = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }), {
      settings: { GATEWAY_SEARCH_MS: '1' },
    });
    const answer = await hasty.call('POST', '/v1/search', { query: 'restart' });
    expect(answer.json).toMatchObject({ status: 503, code: 'unavailable' });
    await hasty.close();
  });

  it('waits no longer for a log that is away than for its answer', async () => {
    const away = new InMemoryMessageLog({ clock: systemClock });
    const hasty = await GatewayFixture.start(away, { settings: { GATEWAY_SEARCH_MS: '1' } });
    vi.spyOn(away, 'append').mockReturnValue(new Promise(() => {}));
    const answer = await hasty.call('POST', '/v1/search', { query: 'restart' });
    expect(answer.json).toMatchObject({ status: 503, code: 'unavailable' });
    expect(answer.json.detail).toMatch('has not reached the indexer');
    await hasty.close();
  });
});
