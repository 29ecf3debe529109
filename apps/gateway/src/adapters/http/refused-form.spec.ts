/** What is refused before it was read has a rest: of a form that is read piece by piece, of a body that is too large. */
import { connect } from 'node:net';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, vi } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

it('a refused form leaves the connection to the next request', async () => {
  const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }));
  const part = (head: string, body: string) => `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${body}\r\n`;
  const form = Buffer.from(
    `${part('name="nope"', '1')}${part('name="file"; filename="a"', 'x'.repeat(4_000_000))}--b--\r\n`,
  );
  const head = `POST /v1/documents HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: ${form.length}\r\n\r\n`;
  const { hostname, port } = new URL(gateway.gateway.address);
  const socket = connect(Number(port), hostname);
  let answers = '';
  socket.on('data', (bytes) => (answers += bytes.toString()));
  socket.write(head);
  socket.write(form);
  socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
  await vi.waitFor(() => expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 200']));
  socket.destroy();
  await gateway.close();
});

it.each(['content-length: 11534336', 'content-length: 11534336\r\nconnection: close', 'transfer-encoding: chunked'])(
  'a body that is too large (%s) is answered, though all of it was sent first',
  async (how) => {
    const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }));
    const { hostname, port } = new URL(gateway.gateway.address);
    const socket = connect(Number(port), hostname);
    const answered = Promise.withResolvers<string>();
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString()));
    socket.on('error', answered.reject).on('end', () => answered.resolve(answer));
    const body = Buffer.alloc(11 * 1024 * 1024, 0x20);
    socket.write(`POST /v1/tasks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${how}\r\n\r\n`);
    if (how.endsWith('chunked')) socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body);
    if (how.endsWith('chunked')) socket.write('\r\n0\r\n\r\n');
    expect(await answered.promise).toMatch(/^HTTP\/1.1 413 [^]*"code":"too_large"/);
    socket.destroy();
    await gateway.close();
  },
);
