/**
 * Several listening sockets for one address. Node takes one new connection of a socket each time its event loop goes round, so under full load the
 * last of many who connect at once would wait for as many rounds; with several sockets each round takes one of each.
 * Promises: a port that anybody else listens on is an error; where the system cannot share an address there is one socket;
 * a close lets requests that run be answered, and ends whatever clients do: who has asked for nothing is cut off at once, the rest after `patienceMs`.
 */
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net';

const sockets = 16;
/** Streams were cut before: what is left are requests of a second at most, and large bodies. */
const usualPatienceMs = 5_000;

export class Listeners {
  readonly #http: HttpServer;
  readonly #patienceMs: number;
  readonly #others: Server[] = [];
  readonly #connections = new Set<Socket>();

  constructor(http: HttpServer, patienceMs = usualPatienceMs) {
    this.#http = http;
    this.#patienceMs = patienceMs;
    http.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** `listenHttp` makes the HTTP server listen as it is told. Rejects with `EADDRINUSE`; then nothing is left open. */
  async listen(
    { host, port }: { host: string; port: number },
    listenHttp: (options: ListenOptions) => Promise<unknown>,
  ): Promise<void> {
    const where = { host, port: await freePort(host, port) };
    try {
      await listenHttp({ ...where, reusePort: true });
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      await listenHttp(where);
      return;
    }
    for (let at = 1; at < sockets; at += 1) {
      // As Node's HTTP server makes its own.
      const other = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
        this.#http.emit('connection', socket);
      });
      this.#others.push(other);
      await listening(other, { ...where, reusePort: true });
    }
  }

  /** Takes no more connections, and resolves when those it took are closed. The HTTP server is to be closed at the same time. */
  async close(): Promise<void> {
    // Node closes the connections that are idle now, and keeps those that become it.
    this.#http.keepAliveTimeout = 1;
    this.#cut(({ bytesRead }) => bytesRead === 0);
    setTimeout(() => this.#cut(() => true), this.#patienceMs).unref();
    await Promise.all(this.#others.splice(0).map((other) => closed(other)));
  }

  #cut(isMeant: (socket: Socket) => boolean): void {
    for (const socket of this.#connections) if (isMeant(socket)) socket.destroy();
  }
}

/** Asks for it alone first: who shares a port shares it with every process of the same user. */
async function freePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  await listening(probe, { host, port });
  const { port: found } = probe.address() as AddressInfo;
  await closed(probe);
  return found;
}

async function listening(server: Server, options: ListenOptions): Promise<void> {
  server.listen(options);
  await once(server, 'listening');
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

const isUnsupported = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOTSUP' || error.code === 'EINVAL');
