/** What a model provider sees of a task, and its words of the provider: a stub stands for it. */
import { join } from 'node:path';
import { WaybillClient } from '@waybill/client';
import { expect, it } from 'vitest';
import { indexFolder } from '../../apps/platform/src/commands/index-folder.ts';
import { openAiStub } from '../support/openai-stub.ts';
import { root } from '../support/scratch.ts';
import { startedForTest, twoOf, type StartPlatform } from './platform-under-test.ts';

const task = {
  goal: 'How do consumer groups share partitions, and what happens when a member dies?',
  input: { collection: 'samples' },
};

export function providerSuite(start: StartPlatform): void {
  it('answers with a real provider’s words, streamed, from the passages that were found, and breaks its call off on cancel', async () => {
    const heard = Promise.withResolvers<void>();
    // Analyzer and writer of the first task are answered; the second task's call waits for ever.
    let calls = 0;
    const stub = await openAiStub(
      () => ((calls += 1) <= 2 ? ['Partitions are ', 'shared ', 'among members [1].'] : undefined),
      // A step's tokens give way to its result, so the writer's must not end before the first was heard.
      (nth) => (nth === 2 ? heard.promise : Promise.resolve()),
    );
    const platform = await startedForTest(start, {
      AGENTIC_NO_LLM: '',
      OPENAI_API_KEY: 'key',
      OPENAI_BASE_URL: stub.baseUrl,
      OPENAI_MODEL: 'stub',
    });
    const [one, other] = twoOf(platform).map(({ url }) => new WaybillClient(url)) as [WaybillClient, WaybillClient];
    await indexFolder(one, join(root, 'examples/documents'), { collection: 'samples' });

    const { task_id: taskId } = await one.submit(task);
    let spoken = '';
    for await (const frame of other.follow(taskId, { tokens: true })) {
      if (frame.kind !== 'token') continue;
      spoken += frame.token.text;
      heard.resolve();
    }
    const answered = await other.task(taskId);
    expect(answered).toMatchObject({
      status: 'completed',
      output: { answer: expect.stringContaining('Partitions are shared among members [1].') as string },
    });
    expect(answered.usage.prompt_tokens).toBeGreaterThan(0);
    expect(spoken).toMatch(/^Partitions are/);
    expect(JSON.stringify(stub.requests)).toMatch(/consumer/i);
    expect(stub.requests.every(({ stream }) => stream === true)).toBe(true);

    const { task_id: cancelled } = await other.submit(task);
    await stub.asked(3);
    const cancelledAt = Date.now();
    expect(await one.cancel(cancelled, 'enough')).toMatchObject({ status: 'cancelled' });
    expect((await stub.brokenOff) - cancelledAt).toBeLessThan(1_000);
    const { events } = await one.events(cancelled);
    expect(events.at(-1)).toMatchObject({ type: 'TaskCancelled', data: { reason: 'enough' } });
  });

  it('breaks a call off when the time of its step is up', async () => {
    const stub = await openAiStub(() => undefined);
    const platform = await startedForTest(start, {
      AGENTIC_NO_LLM: '',
      OPENAI_API_KEY: 'key',
      OPENAI_BASE_URL: stub.baseUrl,
      OPENAI_MODEL: 'stub',
    });
    const client = new WaybillClient(twoOf(platform)[0].url);
    const passages = [
      { document_id: 'd', name: 'a.md', place: 'line 1', text: 'A waybill names the goods.', score: 1 },
    ];
    const { task_id: taskId } = await client.submit({
      definition: {
        steps: {
          write: {
            agent: 'writer',
            with: { goal: 'What does a waybill name?', passages },
            timeout: '1s',
            // The time of the first attempts may be up before the provider was asked: its client has to be loaded.
            retry: { max_attempts: 20, initial: '10ms', max: '10ms' },
          },
        },
      },
    });
    await stub.asked(1);
    await stub.brokenOff;
    expect(await client.task(taskId)).toMatchObject({ status: 'running' });
    await client.cancel(taskId, 'enough');
  });
}
