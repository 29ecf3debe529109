import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topicSpecs, workTopic } from '@waybill/contracts';
import { InMemoryMessageLog } from '@waybill/testing';
import { systemClock } from '@waybill/messaging';
import { badDefinitions } from '../../testing/bad-definitions.ts';
import { badEncodings } from '../../testing/bad-encodings.ts';
import { badRequests } from '../../testing/bad-requests.ts';
import { badSizes } from '../../testing/bad-sizes.ts';
import { badTasks } from '../../testing/bad-tasks.ts';
import { badTexts } from '../../testing/bad-texts.ts';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
let gateway: GatewayFixture;

beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
  await gateway.announce('echo', 'retriever', 'analyzer', 'writer');
  const steps = { s1: { agent: 'echo', with: { id: '${{ input.id }}' } } };
  const input = {
    type: 'object',
    required: ['id'],
    properties: { id: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  };
  await gateway.call('PUT', '/v1/workflows/typed', { name: 'typed', version: 1, input, steps });
  await gateway.call('PUT', '/v1/workflows/taken', { name: 'taken', version: 1, steps });
});
afterAll(() => gateway.close());

const bad = [...badTexts, ...badSizes, ...badEncodings, ...badTasks, ...badDefinitions, ...badRequests];
const commandTopics = [...topicSpecs.map((spec) => spec.name), workTopic('knowledge.search')];
const everything = (): number => commandTopics.reduce((sum, topic) => sum + log.recordsOf(topic).length, 0);

describe('bad input', () => {
  it('is covered by more than sixty cases', () => expect(bad.length).toBeGreaterThan(60));

  it.each(bad)(
    'is refused before anything happens: $what',
    async ({ to = 'POST /v1/tasks', body, headers, status = 400, code, pointer, says }) => {
      const before = everything();
      const stored = gateway.objects.objects.size;
      const [method, path] = to.split(' ') as [string, string];
      const answer = await gateway.call(method, path, body, headers);
      expect(answer.json).toMatchObject({
        code,
        status,
        type: `urn:waybill:problem:${code}`,
        ...(pointer === undefined ? {} : { pointer }),
      });
      if (body !== undefined && code !== 'unsupported_media_type') expect(answer.json.pointer).toBeTypeOf('string');
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json.detail).toMatch(says ?? /./);
      expect(answer.json.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(everything()).toBe(before);
      expect(gateway.objects.objects.size).toBe(stored);
    },
  );
});
