import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from './connect.ts';
import { forgetPartialAnswers, type Connection } from './partial-answers.ts';

interface ClientsConnection extends Connection {
  send(exchange: object): Promise<string>;
  disconnect(): Promise<unknown>;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/network/connection.js') as new (options: object) => ClientsConnection;
const Encoder = require('kafkajs/src/protocol/encoder.js') as new () => object;
const logger: object = { namespace: () => logger, debug() {}, error() {}, warn() {} };

/** Its first connection breaks off in the middle of an answer of this many bytes; over the next ones it answers. */
async function brokerThatBreaksOff(announced: number): Promise<number> {
  let connections = 0;
  const server = createServer((socket) => {
    const isFirst = (connections += 1) === 1;
    socket
      .on('error', () => {})
      .on('data', (request) => {
        const text = Buffer.from(isFirst ? 'half' : 'all of it');
        const head = Buffer.alloc(8);
        head.writeInt32BE(isFirst ? announced : 4 + text.length);
        request.copy(head, 4, 8, 12); // which request it answers
        socket.write(Buffer.concat([head, text]), () => void (isFirst && socket.end()));
      });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it.each([12, 20, 100, 100_000])(
  'a connection after one that broke off in an answer of %i bytes is read from its start',
  async (announced) => {
    const Own = class extends Clients {};
    forgetPartialAnswers(Own);
    const port = await brokerThatBreaksOff(announced + 1);
    const options = { host: '127.0.0.1', port, logger, socketFactory: connect, connectionTimeout: 1_000 };
    const connection = new Own({ ...options, requestTimeout: 1_000, enforceRequestTimeout: true });
    onTestFinished(() => void connection.disconnect());
    const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => new Encoder() };
    const response = { decode: async (bytes: Buffer) => bytes, parse: async (bytes: Buffer) => String(bytes) };
    await connection.connect();
    await expect(connection.send({ request, response })).rejects.toThrow(/Closed connection/);
    await connection.connect();
    expect(await connection.send({ request, response })).toBe('all of it');
  },
);
