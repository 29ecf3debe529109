import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiError } from './api-error.ts';
import { framesOf } from './event-stream.ts';
import { StreamLost, type TaskFrame } from './following.ts';
import { WaybillClient } from './waybill-client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<WaybillClient> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new WaybillClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const eventFrame = (seq: number, type: string): string =>
  `id: ${seq}\nevent: ${type}\ndata: {"seq":${seq},"type":"${type}"}\n\n`;

async function all(frames: AsyncGenerator<TaskFrame>): Promise<TaskFrame[]> {
  const seen: TaskFrame[] = [];
  for await (const frame of frames) seen.push(frame);
  return seen;
}

describe('following a task', () => {
  it('goes on where the stream was cut, and ends after the terminal event', async () => {
    const positions: unknown[] = [];
    const client = await serve((request, response) => {
      positions.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (positions.length === 1) response.end(`: heartbeat\n\n${eventFrame(1, 'TaskAccepted')}`);
      else response.end(eventFrame(2, 'TaskCompleted'));
    });
    const frames = await all(client.follow('t', { again: () => Promise.resolve(true) }));
    expect(frames.map((frame) => (frame.kind === 'event' ? frame.event.seq : frame.kind))).toEqual([1, 2]);
    expect(positions).toEqual([undefined, '1']);
  });

  it('tells tokens and resets from events', async () => {
    const client = await serve((request, response) => {
      expect(request.url).toBe('/v1/tasks/t/events?tokens=true');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        `event: attempt.reset\ndata: {}\n\nid: 1.1\nevent: token\ndata: {"text":"hi"}\n\n${eventFrame(2, 'TaskCompleted')}`,
      );
    });
    const frames = await all(client.follow('t', { tokens: true }));
    expect(frames.map(({ kind }) => kind)).toEqual(['reset', 'token', 'event']);
  });

  it('has nothing to show of a task that had ended before', async () => {
    const client = await serve((_, response) => void response.writeHead(204).end());
    expect(await all(client.follow('t', { after: 9 }))).toEqual([]);
  });

  it.each([
    ['after a frame', (response: ServerResponse) => void response.write(eventFrame(1, 'TaskAccepted'))],
    ['before its answer', () => {}],
  ])('goes on elsewhere when the gateway falls silent %s', async (_, beginning) => {
    const positions: unknown[] = [];
    const client = await serve((request, response) => {
      positions.push(request.headers['last-event-id']);
      if (positions.length === 1) return beginning(response);
      const first = positions[1] === undefined ? eventFrame(1, 'TaskAccepted') : '';
      return void response.end(first + eventFrame(2, 'TaskCompleted'));
    });
    const frames = await all(client.follow('t', { silenceMs: 50 }));
    expect(frames.map((frame) => (frame.kind === 'event' ? frame.event.seq : frame.kind))).toEqual([1, 2]);
    expect(positions).toHaveLength(2);
  });

  it('is not cut while nobody takes what has come, nor while heartbeats come', async () => {
    let connections = 0;
    const client = await serve((_, response) => {
      connections += 1;
      response.write(eventFrame(1, 'TaskAccepted'));
      let beats = 0;
      const heart = setInterval(() => {
        beats += 1;
        response.write(': heartbeat\n\n');
        if (beats < 20) return;
        clearInterval(heart);
        response.end(eventFrame(2, 'TaskCompleted'));
      }, 20);
    });
    const seen: unknown[] = [];
    for await (const frame of client.follow('t', { silenceMs: 200 })) {
      seen.push(frame.kind === 'event' ? frame.event.seq : frame.kind);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(seen).toEqual([1, 2]);
    expect(connections).toBe(1);
  });

  it('gives up when who is told why it was cut says so', async () => {
    const client = await serve((_, response) => response.destroy());
    const told: unknown[] = [];
    const again = async (...why: unknown[]): Promise<boolean> => told.push(why) < 2;
    const given = all(client.follow('t', { again }));
    await expect(given).rejects.toThrow(/could not be resumed/);
    await expect(given).rejects.toBeInstanceOf(StreamLost);
    await expect(given).rejects.toMatchObject({ taskId: 't', cause: { message: 'fetch failed' } });
    expect(told).toMatchObject([
      [1, { message: 'fetch failed' }],
      [2, { message: 'fetch failed' }],
    ]);
  });

  it('goes on at another platform when it is moved there', async () => {
    const positions: unknown[] = [];
    const other = await serve((request, response) => {
      positions.push(request.headers['last-event-id']);
      response.end(eventFrame(2, 'TaskCompleted'));
    });
    const first = await serve((_, response) => void response.end(eventFrame(1, 'TaskAccepted')));
    const again = async (): Promise<boolean> => {
      client.moveTo(other.url);
      return true;
    };
    const client: WaybillClient = new WaybillClient(first.url, { again });
    expect(await all(client.follow('t'))).toHaveLength(2);
    expect(positions).toEqual(['1']);
    expect(client.url).toBe(other.url);
  });

  it('does not ask again when the platform has said no', async () => {
    const client = await serve((_, response) => {
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({
          type: 'u',
          title: 't',
          status: 404,
          detail: 'No such task',
          code: 'task_not_found',
          class: 'not_found',
        }),
      );
    });
    await expect(all(client.follow('t'))).rejects.toMatchObject({ status: 404, code: 'task_not_found' });
  });
});

describe('an answer that is no success', () => {
  it('is an error even when it is no problem document', async () => {
    const client = await serve((_, response) => void response.writeHead(502).end('bad gateway'));
    await expect(client.task('t')).rejects.toBeInstanceOf(ApiError);
    await expect(client.task('t')).rejects.toMatchObject({ code: 'internal', problem: { class: 'bug' } });
  });
});

describe('commands', () => {
  it('send what they are given and answer what comes back', async () => {
    const seen: string[] = [];
    const client = await serve((request, response) => {
      seen.push(
        `${String(request.method)} ${String(request.url)} ${String(request.headers['idempotency-key'] ?? '')}`.trim(),
      );
      if (request.method === 'DELETE') response.writeHead(204).end();
      else response.end('{"items":[],"next":null}');
    });
    await client.submit({ goal: 'g' }, { idempotencyKey: 'k' });
    await client.dryRun({ goal: 'g' });
    await client.tasks({ status: 'running' });
    await client.step('t', 'a b');
    await client.metrics('t');
    await client.events('t', 5, 10);
    await client.cancel('t');
    await client.putWorkflow('w', { steps: {} });
    await client.workflow('w', 2);
    await client.workflows();
    await client.agents();
    await client.addDocument({ name: 'd', text: 'x' });
    await client.documents();
    await client.document('d');
    await client.deleteDocument('d');
    await client.search({ query: 'q' });
    await client.readiness();
    expect(seen).toEqual([
      'POST /v1/tasks k',
      'POST /v1/tasks',
      'GET /v1/tasks?status=running',
      'GET /v1/tasks/t/steps/a%20b',
      'GET /v1/tasks/t/metrics',
      'GET /v1/tasks/t/events?after=5&limit=10',
      'POST /v1/tasks/t/cancel',
      'PUT /v1/workflows/w',
      'GET /v1/workflows/w?version=2',
      'GET /v1/workflows',
      'GET /v1/agents',
      'POST /v1/documents',
      'GET /v1/documents',
      'GET /v1/documents/d',
      'DELETE /v1/documents/d',
      'POST /v1/search',
      'GET /readyz',
    ]);
  });
});

describe('a request that got no answer', () => {
  it('was a deletion when what it names is not there any more', async () => {
    const gone = { type: 'u', title: 't', status: 404, detail: 'd', code: 'document_not_found', class: 'not_found' };
    const seen: unknown[] = [];
    const { url } = await serve(({ method }, response) => {
      seen.push(method);
      if (seen.length === 1) response.destroy();
      else response.writeHead(404).end(JSON.stringify(gone));
    });
    const client = new WaybillClient(url, { unanswered: () => Promise.resolve(true) });
    await client.deleteDocument('d');
    expect(seen).toEqual(['DELETE', 'DELETE']);
    await expect(client.deleteDocument('d')).rejects.toMatchObject({ code: 'document_not_found' });
  });
});

describe('frames', () => {
  it('are whole however the bytes were cut', async () => {
    const bytes = new TextEncoder().encode('id:7\ndata: ä\ndata:b\n\n: note\n\ndata: c\n\n');
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const frames = [];
    for await (const frame of framesOf(pieces)) frames.push(frame);
    expect(frames).toEqual([
      { id: '7', event: 'message', data: 'ä\nb' },
      { id: undefined, event: 'message', data: 'c' },
    ]);
  });
});
