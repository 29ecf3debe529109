/** Where commands of one data folder find their platform: over platforms that answer a stream's frames and nothing else. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiError, WaybillClient } from '@waybill/client';
import { PlatformError } from '@waybill/contracts';
import type { FolderHolder } from '@waybill/messaging';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { PlatformAccess, type AccessOptions } from './platform-access.ts';

const frame = (seq: number, type: string): string => `id: ${seq}\nevent: ${type}\ndata: {"seq":${seq}}\n\n`;
const accepted = frame(1, 'TaskAccepted');
const completed = frame(2, 'TaskCompleted');

const busy = {
  type: 'u',
  title: 't',
  status: 503,
  detail: 'Not now',
  code: 'log_unavailable',
  class: 'transient',
};

let holders: (FolderHolder | undefined)[];
let said: string[];
let started: number;
let time: number;
beforeEach(() => {
  time = 0;
  holders = [];
  said = [];
  started = 0;
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
type Platform = FolderHolder & { readonly address: string; readonly end: () => void };

/** A platform that is there, and answers so. */
async function answering(answer: Answer, pid = 1): Promise<Platform> {
  const server = createServer((request, response) => {
    if (request.url === '/readyz') response.end('{}');
    else answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(end);
  return { pid, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, end };
}

/** A platform whose streams are cut after these frames. */
const serve = (frames: string, pid = 1): Promise<Platform> =>
  answering((response, { headers }) => response.end(headers['last-event-id'] === '1' ? completed : frames), pid);

/** The folder is looked at once for each of the holders; the last one stays. */
function access(options: Partial<AccessOptions> = {}): PlatformAccess {
  const findHolder = (): FolderHolder | undefined => (holders.length > 1 ? holders.shift() : holders[0]);
  const start = async () => {
    started += 1;
    const { address: url } = await serve(accepted + completed);
    return { url, close: async () => undefined, closing: undefined };
  };
  const say = (line: string): void => void said.push(line);
  const pause = async (): Promise<void> => void (time += 100);
  return new PlatformAccess({ url: undefined, findHolder, start, say, pause, now: () => time, ...options });
}

async function follow(client: WaybillClient): Promise<number[]> {
  const seen: number[] = [];
  for await (const next of client.follow('t')) if (next.kind === 'event') seen.push(next.event.seq);
  return seen;
}

it('is the holder of the folder, or one of its own when there is none', async () => {
  const holder = await serve(completed);
  holders = [holder];
  expect((await access().connect()).url).toBe(holder.address);
  expect(started).toBe(0);
  holders = [undefined];
  const alone = access();
  expect((await alone.connect()).url).toBe(alone.own?.url);
  expect([started, said]).toEqual([1, []]);
});

it('waits for a holder that does not answer yet, or that does no more and leaves', async () => {
  const holder = await serve(completed);
  holders = [{ pid: 1 }, { pid: 1 }, holder];
  expect((await access().connect()).url).toBe(holder.address);
  holder.end();
  holders = [holder, holder, undefined];
  const next = access();
  expect((await next.connect()).url).toBe(next.own?.url);
  expect(said).toEqual([]);
});

it('uses the platform of a process that was faster', async () => {
  const faster = await serve(completed);
  holders = [undefined, faster];
  const start = () => Promise.reject(new PlatformError('data_folder_locked', { detail: 'x' }));
  expect((await access({ start }).connect()).url).toBe(faster.address);
});

it('says whom it waits for, and gives up with what to do', async () => {
  holders = [{ pid: 7 }];
  const detail = 'Process 7 has the data folder and does not answer. Stop it, or choose another folder.';
  await expect(access().connect()).rejects.toMatchObject({ code: 'data_folder_locked', detail });
  expect(said).toEqual(['Process 7 has the data folder and does not answer: waiting for it, up to a minute.']);
});

it('waits no longer for a holder that takes a question and never answers it', async () => {
  let asked = new AbortController();
  const server = createServer(() => {
    time += 5_000;
    asked.abort();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  holders = [{ pid: 7, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }];
  const limit = (): AbortSignal => (asked = new AbortController()).signal;
  await expect(access({ limit }).connect()).rejects.toMatchObject({ code: 'data_folder_locked' });
  expect(said).toEqual(['Process 7 has the data folder and does not answer: waiting for it, up to a minute.']);
});

it('of a stream whose platform went away is one of its own, and no event comes twice', async () => {
  holders = [await serve(accepted), undefined];
  const next = access();
  expect(await follow(await next.connect())).toEqual([1, 2]);
  expect(next.own).toBeDefined();
  expect(said).toEqual(['The platform that ran on the data folder has ended: this command goes on with its own.']);
});

it('of a stream whose platform went away is the next holder of the folder, when there is one', async () => {
  const [first, next] = [await serve(accepted), await serve(accepted, 2)];
  holders = [first, { pid: 2 }, next];
  const client = await access().connect();
  expect(await follow(client)).toEqual([1, 2]);
  expect([client.url, started]).toEqual([next.address, 0]);
  expect(said).toEqual([expect.stringContaining(`goes on with the one at ${next.address}.`)]);
});

it('of a stream that was only cut is the same one', async () => {
  holders = [await serve(accepted)];
  expect(await follow(await access().connect())).toEqual([1, 2]);
  expect([started, said]).toEqual([0, []]);
});

it('of a request whose platform went away is the next one, and it is done once', async () => {
  const keys: Record<string, unknown[]> = { first: [], next: [] };
  const place = (name: string, answer: Answer): Promise<Platform> =>
    answering((response, request) => {
      keys[name]!.push(request.headers['idempotency-key']);
      answer(response, request);
    });
  const next = await place('next', (response) => response.end('{"task_id":"t"}'));
  holders = [await place('first', (response) => response.destroy()), next];
  const client = await access().connect();
  const answers = await Promise.all([1, 2].map(() => client.submit({ goal: 'g' })));
  expect(answers).toEqual([{ task_id: 't' }, { task_id: 't' }]);
  expect(new Set(keys['first']).size).toBe(2);
  expect(new Set(keys['next'])).toEqual(new Set(keys['first']));
  expect(keys['next']).toHaveLength(2);
  expect(said).toEqual([expect.stringContaining(`goes on with the one at ${next.address}.`)]);
});

const submitted = (client: WaybillClient): Promise<string> =>
  client.submit({ goal: 'g' }).then(
    ({ task_id: taskId }) => taskId,
    (error: unknown) => (error as ApiError).problem.detail,
  );

it('of a request that was cut off is the same one while it is there, and the request is asked again', async () => {
  let asked = 0;
  holders = [
    await answering((response) => {
      asked += 1;
      if (asked === 3) response.end('{"task_id":"t"}');
      else response.destroy();
    }),
  ];
  expect(await submitted(await access().connect())).toBe('t');
  expect([asked, said]).toEqual([3, []]);
});

it('that is only busy says so itself', async () => {
  let asked = 0;
  holders = [
    await answering((response) => {
      asked += 1;
      response.writeHead(503).end(JSON.stringify(busy));
    }),
  ];
  expect(await submitted(await access().connect())).toBe('Not now');
  expect([asked, said]).toEqual([1, []]);
});

it('of its own, or that was given by its address, is not asked again', async () => {
  let asked = 0;
  const { address: url } = await answering((response) => {
    asked += 1;
    response.destroy();
  });
  const start = async () => ({ url, close: async () => undefined, closing: undefined });
  for (const given of [access({ start }), access({ url })])
    await expect((await given.connect()).submit({ goal: 'g' })).rejects.toThrow('fetch failed');
  expect(asked).toBe(2);
});

it('gives a request up with what to do when the folder stays with a process that does not answer', async () => {
  holders = [await answering((response) => response.destroy()), { pid: 7 }];
  const detail = 'Process 7 has the data folder and does not answer. Stop it, or choose another folder.';
  const client = await access().connect();
  await expect(client.submit({ goal: 'g' })).rejects.toMatchObject({ code: 'data_folder_locked', detail });
});

it('gives a stream up when the folder stays with a process that does not answer', async () => {
  holders = [await serve(accepted), { pid: 7 }];
  await expect(follow(await access().connect())).rejects.toMatchObject({ name: 'StreamLost', taskId: 't' });
});

it('that was given by its address is nowhere else, and a cut is said in one line', async () => {
  const { address: url } = await serve(accepted);
  const client = await access({ url }).connect();
  expect(await follow(client)).toEqual([1, 2]);
  expect([client.url, started]).toEqual([url, 0]);
  expect(said).toEqual(['The stream was cut; asking again, for up to a minute.']);
});
