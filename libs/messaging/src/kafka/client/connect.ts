/**
 * Connections to brokers, without two faults of the client's own.
 * They wait for the acknowledgement of one small request before they send the next (Nagle's algorithm), and a broker acknowledges a fetch that waits for
 * records only after the 40 ms of a delayed acknowledgement: whatever was asked meanwhile took as long.
 * And one whose other end has gone without a word (a firewall that forgot it, a host that lost power) is used for ever: each request on it is given up,
 * and the next is sent there as well. Here it is closed, and the client opens another one.
 */
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectSecured } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { hostOf } from './broker-addresses.ts';

const keepAliveMs = 60_000;
/** Longer than any answer may take: who joins a group hears nothing for the 30 s that a rebalance may last. */
const silentMs = 40_000;
const looksInSilence = 4;

/** `ssl`: with TLS. A certificate is held against the name that was asked for, which an address is not. */
export const connect: ISocketFactory = ({ host: given, port, ssl, onConnect }) => {
  const host = hostOf(given);
  const connected = onConnect as () => void;
  const name = isIP(host) ? {} : { servername: host };
  const socket = (ssl as object | undefined)
    ? connectSecured({ host, port, ...name, ...(ssl as object) }, connected)
    : connectPlain({ host, port }, connected);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  return endWhenSilent(socket, silentMs);
};

/** Closes a connection over which something was sent and nothing came for so long. One that is idle stays. */
export function endWhenSilent(socket: Socket, ms: number): Socket {
  let sent = 0;
  let silentLooks = 0;
  const looking = setInterval(() => {
    silentLooks = socket.bytesWritten === sent ? 0 : silentLooks + 1;
    if (silentLooks >= looksInSilence) socket.destroy(new Error(`no answer within ${ms} ms`));
  }, ms / looksInSilence).unref();
  socket.on('data', () => {
    sent = socket.bytesWritten;
    silentLooks = 0;
  });
  return socket.on('close', () => clearInterval(looking));
}
