/** A local server that speaks the streaming part of the OpenAI API, as far as a chat model needs it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface OpenAiStub {
  readonly baseUrl: string;
  /** Bodies of the requests so far. */
  readonly requests: readonly { model: string; messages: { role: string; content: unknown }[]; stream?: boolean }[];
  /** Resolves when the nth request (from 1) has come in. */
  asked(nth: number): Promise<void>;
  /** Resolves when a client has broken off before its answer was complete; ms since 1970. */
  readonly brokenOff: Promise<number>;
}

/**
 * `answer` says the words, or waits for ever when it answers undefined.
 * `hold`: what the nth answer (from 1) waits for after its first word.
 */
export async function openAiStub(
  answer: () => readonly string[] | undefined,
  hold: (nth: number) => Promise<void> = () => Promise.resolve(),
): Promise<OpenAiStub> {
  const requests: OpenAiStub['requests'][number][] = [];
  const broken = Promise.withResolvers<number>();
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      requests.push(JSON.parse(body) as OpenAiStub['requests'][number]);
      for (const wake of waiting.splice(0)) wake();
      response.on('close', () => {
        if (!response.writableEnded) broken.resolve(Date.now());
      });
      return speak(response, answer(), hold(requests.length));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const asked = async (nth: number): Promise<void> => {
    while (requests.length < nth) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    asked,
    brokenOff: broken.promise,
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

async function speak(
  response: ServerResponse,
  words: readonly string[] | undefined,
  held: Promise<void>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish: string | null, usage?: object): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'stub', choices: [{ index: 0, delta, finish_reason: finish }], ...(usage && { usage }) })}\n\n`;
  response.write(chunk({ role: 'assistant', content: '' }, null));
  if (!words) return;
  for (const word of words) {
    response.write(chunk({ content: word }, null));
    await held;
  }
  response.write(
    chunk({}, 'stop', { prompt_tokens: 100, completion_tokens: words.length, total_tokens: 100 + words.length }),
  );
  response.end('data: [DONE]\n\n');
}
