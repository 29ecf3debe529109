/** What answers at the base URL and is no provider, or one that fails in the middle of an answer. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openModel } from '../open-model.ts';

const hot = { get: async () => undefined, set: async () => undefined };
const clock = { now: () => 0 };

async function ask(mediaType: string, body: string): Promise<unknown> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': mediaType });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const limits = { maxOutputTokens: 500, idleTimeoutMs: 20_000 };
  const model = openModel({ provider: 'openai', apiKey: 'k', model: 'stub', baseUrl, ...limits }, { hot, clock });
  const request = { task: 'write', instructions: '', prompt: 'Why?', maxTokens: 8_000 } as const;
  return model.stream(request, { signal: new AbortController().signal, onToken: () => undefined });
}

it.each([
  ['a page', 'text/html', '<html><body>Sign in</body></html>'],
  ['a whole answer', 'application/json', '{"object":"chat.completion","choices":[]}'],
  ['torn pieces', 'text/event-stream', 'data: {"cho\u001b[31m\n\ndata: ices"}\n\n'],
])('says that %s is no answer of a chat model, and shows nothing of it', async (_what, mediaType, body) => {
  const shown = vi.spyOn(console, 'error').mockReturnValue();
  onTestFinished(() => shown.mockRestore());
  await expect(ask(mediaType, body)).rejects.toMatchObject({
    code: 'model_failed',
    detail: 'Model stub: what came back is no streamed answer of a chat model. Is OPENAI_BASE_URL right?',
  });
  expect(shown).not.toHaveBeenCalled();
});

it('tells what a provider says has failed in the middle of its answer', async () => {
  const failure = { error: { message: 'Overloaded, says sk-abcdef123456', type: 'overloaded_error' } };
  const error: unknown = await ask('text/event-stream', `data: ${JSON.stringify(failure)}\n\n`).catch(
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ code: 'model_failed', errorClass: 'transient' });
  expect((error as { detail: string }).detail).toMatch(
    /^Model stub failed in its answer: .*Overloaded, says \[redacted\]$/,
  );
});

it('counts an answer without a word as failed', async () => {
  const choices = [{ index: 0, delta: { role: 'assistant', content: '\n' }, finish_reason: 'stop' }];
  const piece = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'stub', choices };
  await expect(ask('text/event-stream', `data: ${JSON.stringify(piece)}\n\ndata: [DONE]\n\n`)).rejects.toMatchObject({
    code: 'model_failed',
    errorClass: 'transient',
    detail: 'Model stub: the answer is empty.',
  });
});
