/** A form is read piece by piece, so what is refused in the middle of it has a rest. */
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
