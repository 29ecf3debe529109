import diagnostics from 'node:diagnostics_channel';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '@waybill/messaging';
import { InMemoryMessageLog } from '@waybill/testing';
import { expect, it, onTestFinished } from 'vitest';
import { GatewayFixture } from '../../testing/gateway-fixture.ts';

interface Begun {
  readonly server: Server;
  readonly socket: Socket;
}

it('does not wait for ever for the rest of a body, and says so', async () => {
  const begun = Promise.withResolvers<Begun>();
  const note = (message: unknown): void => begun.resolve(message as Begun);
  diagnostics.subscribe('http.server.request.start', note);
  onTestFinished(() => void diagnostics.unsubscribe('http.server.request.start', note));
  const gateway = await GatewayFixture.start(new InMemoryMessageLog({ clock: systemClock }));
  onTestFinished(() => gateway.close());
  const client = connect(Number(new URL(gateway.gateway.address).port), '127.0.0.1');
  client.write(
    'POST /v1/tasks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"goal":',
  );
  const { server, socket } = await begun.promise;
  expect(server.requestTimeout).toBeGreaterThan(0);
  // What Node does when it finds, twice a minute, that this has passed.
  const late = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  server.emit('clientError', late, socket);
  const answer = await text(client);
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status: 408, code: 'invalid_request' });
});
