/** Bytes that are no HTTP after a request that is: it was taken in, so it has to be answered. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

const log = new InMemoryMessageLog({ clock: systemClock });
const definition = { steps: { s1: { agent: 'echo' } } };
let gateway: GatewayFixture;

beforeAll(async () => {
  gateway = await GatewayFixture.start(log);
  await gateway.announce('echo');
});
afterAll(() => gateway.close());

function send(bytes: string): Socket {
  const socket = connect(Number(new URL(gateway.gateway.address).port), '127.0.0.1');
  socket.write(bytes);
  return socket;
}
const post = (body: string, length: number) =>
  `POST /v1/tasks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`;
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

it('a task that was taken in is answered, though its body was longer than it said', async () => {
  const body = JSON.stringify({ definition });
  const answers = await text(send(post(`${body}}`, body.length)));
  const [request] = log.recordsOf(topics.taskRequests);
  expect(statuses(answers)).toEqual(['202', '400']);
  expect(answers).toContain(request!.key);
});

it('all that was asked before is answered first, also when it is a body that breaks off', async () => {
  const list = 'GET /v1/tasks HTTP/1.1\r\nhost: x\r\n\r\n';
  expect(statuses(await text(send(`${list}${list}nonsense\r\n\r\n`)))).toEqual(['200', '200', '400']);
  const cut = send(`${list}${post('{"goal":', 100)}`);
  cut.end();
  expect(statuses(await text(cut))).toEqual(['200', '400']);
});

it('writes nothing into a stream that runs', async () => {
  const taskId = await gateway.submit({ definition });
  const socket = send(`GET /stream/${taskId} HTTP/1.1\r\nhost: x\r\n\r\n`);
  const answers = text(socket);
  await once(socket, 'data');
  socket.write('nonsense\r\n\r\n');
  await gateway.call('GET', '/healthz'); // by then it was read
  await gateway.emit(taskId, ...lifeOf(taskId));
  const [stream, refusal] = (await answers).split('0\r\n\r\n');
  expect(stream!.match(/^id: \d+/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
  expect(stream).not.toContain('HTTP/1.1 400');
  expect(refusal).toMatch(/^HTTP\/1\.1 400 /);
});

it('writes nothing into a stream that runs either when it is the body of its own request that breaks', async () => {
  const taskId = await gateway.submit({ definition });
  const socket = send(`GET /stream/${taskId} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
  const answers = text(socket);
  await once(socket, 'data');
  socket.write('nonsense\r\n\r\n');
  expect(statuses(await answers)).toEqual(['200']);
});
