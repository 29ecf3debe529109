import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { DecidedClient, settingsOf } from './time-limits.ts';

it.each([undefined, 200, 30_000])(
  'a statement is ended by the server before its answer is given up after %s ms',
  (timeoutMs) => {
    const { query_timeout: answer, statement_timeout: statement } = settingsOf({ timeoutMs });
    expect(statement).toBeGreaterThan(0);
    expect(statement).toBeLessThan(answer);
  },
);

/** As PostgreSQL writes them: a letter, the length of the rest, the rest. */
function message(letter: string, rest: Buffer | string): Buffer {
  const body = Buffer.from(rest);
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
const welcome = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', 'I')]);
const farewell = message('E', 'SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0');

async function listen(welcomed: (socket: Socket) => void): Promise<pg.Pool> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => welcomed(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = new pg.Pool({
    host: '127.0.0.1',
    port,
    user: 'u',
    ...settingsOf({ timeoutMs: 200 }),
    Client: DecidedClient,
  });
  onTestFinished(async () => {
    await pool.end();
    server.close();
  });
  return pool;
}

it('a connection that the server ends as it is handed out fails its statement, and not the process', async () => {
  const pool = await listen((socket) => socket.end(Buffer.concat([welcome, farewell])));
  const client = await pool.connect();
  await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
  client.release();
  expect(pool.totalCount).toBe(0);
});

it('a connection whose answer was given up is not handed out again, though it is put back as if it were sound', async () => {
  const pool = await listen((socket) => socket.write(welcome));
  const client = await pool.connect();
  await expect(client.query('SELECT 1')).rejects.toThrow('Query read timeout');
  client.release();
  expect(pool.totalCount).toBe(0);
});
