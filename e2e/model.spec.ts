import { join } from 'node:path';
import { WaybillClient } from '@waybill/client';
import { parseConfig, startPlatform } from '@waybill/platform';
import { expect, it, onTestFinished } from 'vitest';
import { indexFolder } from '../apps/platform/src/commands/index-folder.ts';
import { openAiStub } from './support/openai-stub.ts';
import { root, scratchFolder } from './support/scratch.ts';

const goal = 'How do consumer groups share partitions, and what happens when a member dies?';

async function platformWith(baseUrl: string): Promise<WaybillClient> {
  const config = parseConfig({
    OPENAI_API_KEY: 'key',
    OPENAI_BASE_URL: baseUrl,
    OPENAI_MODEL: 'stub',
    WAYBILL_DATA_DIR: scratchFolder(),
    PORT: '0',
  });
  const platform = await startPlatform({ config });
  onTestFinished(() => platform.close());
  const client = new WaybillClient(platform.url);
  await indexFolder(client, join(root, 'examples/documents'), { collection: 'samples' });
  return client;
}

it('answers with a real provider’s words, streamed, from the passages that were found', async () => {
  const heard = Promise.withResolvers<void>();
  // The writer's is the second call. A step's tokens give way to its result, so it must not end before the first was heard.
  const stub = await openAiStub(
    () => ['Partitions are ', 'shared ', 'among members [1].'],
    (nth) => (nth === 2 ? heard.promise : Promise.resolve()),
  );
  const client = await platformWith(stub.baseUrl);
  const { task_id: taskId } = await client.submit({ goal, input: { collection: 'samples' } });
  let spoken = '';
  for await (const frame of client.follow(taskId, { tokens: true })) {
    if (frame.kind !== 'token') continue;
    spoken += frame.token.text;
    heard.resolve();
  }
  const task = await client.task(taskId);
  expect(task).toMatchObject({
    status: 'completed',
    output: { answer: expect.stringContaining('Partitions are shared among members [1].') as string },
  });
  expect(task.usage.prompt_tokens).toBeGreaterThan(0);
  expect(spoken).toMatch(/^Partitions are/);
  expect(JSON.stringify(stub.requests)).toMatch(/consumer/i);
  expect(stub.requests.every(({ stream }) => stream === true)).toBe(true);
});

it('breaks off the call in flight when the task is cancelled', async () => {
  const stub = await openAiStub(() => undefined);
  const client = await platformWith(stub.baseUrl);
  const { task_id: taskId } = await client.submit({ goal, input: { collection: 'samples' } });
  await stub.asked(1);
  const cancelledAt = Date.now();
  expect(await client.cancel(taskId, 'enough')).toMatchObject({ status: 'cancelled' });
  console.log(
    `the provider saw the end of the call ${(await stub.brokenOff) - cancelledAt} ms after the cancel was sent`,
  );
  const { events } = await client.events(taskId);
  expect(events.at(-1)).toMatchObject({ type: 'TaskCancelled', data: { reason: 'enough' } });
});
