import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { abandonRequests, breakOffConnections, type Connection, type ConnectionPool } from './broken-connections.ts';
import { connect } from './connect.ts';

interface ClientsConnection extends Connection {
  connect(): Promise<unknown>;
  send(exchange: object): Promise<string>;
}
interface ClientsPool extends ConnectionPool {
  getConnection(index: number): Promise<unknown>;
  isConnected(): boolean;
  destroy(): Promise<unknown>;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/network/connection.js') as new (options: object) => ClientsConnection;
const ClientsPools = require('kafkajs/src/network/connectionPool.js') as new (options: object) => ClientsPool;
const Encoder = require('kafkajs/src/protocol/encoder.js') as new () => object;
const logger: object = { namespace: () => logger, debug() {}, error() {}, warn() {} };
const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => new Encoder() };
const response = { decode: async (bytes: Buffer) => bytes, parse: async (bytes: Buffer) => String(bytes) };

function answer(asked: Buffer, text: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + text.length);
  asked.copy(head, 4, 8, 12); // which request it answers
  return Buffer.concat([head, Buffer.from(text)]);
}

/** Half-open connections are what a broker has that still answers one who has gone. */
async function broker() {
  const sockets: { socket: Socket; asked: Promise<Buffer> }[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    sockets.push({ socket, asked: once(socket, 'data').then(([bytes]) => bytes as Buffer) });
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server, sockets };
}

const optionsOf = (port: number) => ({
  host: '127.0.0.1',
  port,
  logger,
  socketFactory: connect,
  connectionTimeout: 1_000,
  requestTimeout: 100,
  enforceRequestTimeout: true,
});

it('what comes late over a connection that was given up is no part of the next one', async () => {
  const { port, sockets } = await broker();
  const Own = class extends Clients {};
  breakOffConnections({ prototype: Own.prototype }, class extends ClientsPools {});
  const connection = new Own(optionsOf(port));
  onTestFinished(() => void connection.disconnect());
  await connection.connect();
  await expect(connection.send({ request, response })).rejects.toThrow('timed out');
  await connection.disconnect();
  await connection.connect();
  const second = connection.send({ request, response });
  await expect.poll(() => sockets.length).toBe(2);
  const [first, next] = sockets;
  const late = answer(await first!.asked, 'x'.repeat(100));
  await new Promise<void>((resolve) => void first!.socket.write(late.subarray(0, 50), () => resolve()));
  next!.socket.write(answer(await next!.asked, 'all of it'));
  expect(await second).toBe('all of it');
});

it('who asks in the very moment in which it is ended is told so', async () => {
  const { port } = await broker();
  const Own = class extends Clients {};
  breakOffConnections({ prototype: Own.prototype }, class extends ClientsPools {});
  const told: string[] = [];
  for (let turns = 0; turns < 6; turns += 1) {
    const connection = new Own({ ...optionsOf(port), requestTimeout: 10_000 });
    await connection.connect();
    const asked = connection.send({ request, response }).catch((error: Error) => told.push(error.name));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const ended = connection.disconnect();
    if (turns > 1) connection.socket!.destroy(new Error('enough')); // it waits for what was asked before
    await Promise.all([asked, ended]);
  }
  expect(new Set(told)).toEqual(new Set(['KafkaJSConnectionError']));
});

it('a broker that has not answered in time is connected anew, for whatever it is asked next', async () => {
  const { port, sockets } = await broker();
  const Own = class extends ClientsPools {};
  breakOffConnections(class extends Clients {}, Own);
  const pool = new Own(optionsOf(port));
  onTestFinished(() => void pool.destroy());
  await pool.getConnection(1); // for fetches
  await expect(pool.send({ request, response })).rejects.toThrow('timed out');
  await expect.poll(() => pool.isConnected()).toBe(false);
  const again = pool.send({ request, response });
  await expect.poll(() => sockets.length).toBe(3);
  const third = sockets[2]!;
  third.socket.write(answer(await third.asked, 'there'));
  expect(await again).toBe('there');
});

it('nobody waits for a broker that was asked something, once that is abandoned', async () => {
  const { port, sockets } = await broker();
  const pool = new ClientsPools({ ...optionsOf(port), requestTimeout: 60_000 });
  await Promise.all([0, 1].map((index) => pool.getConnection(index)));
  const asked = pool.send({ request, response });
  await expect.poll(() => sockets.length).toBe(2);
  abandonRequests(pool);
  await expect(asked).rejects.toThrow('Connection ended');
  await pool.destroy();
  expect(pool.isConnected()).toBe(false);
});

it('a connection that could not be made keeps nothing of who ends it again and again', async () => {
  const { port, server } = await broker();
  server.close();
  await once(server, 'close');
  const Own = class extends Clients {};
  breakOffConnections({ prototype: Own.prototype }, class extends ClientsPools {});
  let gone!: Socket;
  const socketFactory: typeof connect = (options) => (gone = connect(options) as Socket);
  const connection = new Own({ ...optionsOf(port), socketFactory });
  await expect(connection.connect()).rejects.toThrow('ECONNREFUSED');
  const before = gone.listenerCount('connect');
  for (let nth = 0; nth < 2; nth += 1) await connection.disconnect();
  expect(gone.listenerCount('connect')).toBe(before);
});
