/**
 * What the client gives up it only forgets: the connection stays, counts as one that works, and is used again and again, for hours where a broker is frozen (a paused machine,
 * a disk that hangs) and others have taken over long ago. And one that it has ended still takes in what comes late, as a part of what the next connection brings.
 * Promise: where a request was not answered in time the connections to that broker are broken off, so that who comes next finds out whether it is there; nothing comes in over a
 * connection that was ended, and who asked just then is told so: no time-out is looked after any more.
 */
import type { Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { clientClass } from './client-class.ts';

const { KafkaJSConnectionError } = kafkajs;

/** The client's classes, as far as they are changed. */
export interface Connection {
  socket?: Socket | undefined;
  rejectRequests(why: Error): void;
  disconnect: (this: Connection) => Promise<unknown>;
}
export interface ConnectionPool {
  readonly pool: readonly Connection[];
  send: (this: ConnectionPool, request: object) => Promise<unknown>;
}

/** In the process's one copy of the client, from now on. */
export function breakOffConnections(
  { prototype: connections } = clientClass<Connection>('network/connection.js'),
  { prototype: pools } = clientClass<ConnectionPool>('network/connectionPool.js'),
): void {
  const { disconnect } = connections;
  connections.disconnect = async function (): Promise<unknown> {
    if (this.socket?.destroyed) this.socket = undefined; // on one that is gone the client leaves a listener each time
    const ended = this.socket;
    const result = await disconnect.call(this); // waits for the answers that are still to come
    if (!ended?.connecting) ended?.destroy(); // otherwise the client still waits to hear of it
    this.rejectRequests(new KafkaJSConnectionError('Connection ended'));
    return result;
  };
  const { send } = pools;
  pools.send = function (request): Promise<unknown> {
    return orBreakOff(this, send.call(this, request));
  };
}

/** The answer; where it does not come in time the connections are broken off. */
export async function orBreakOff<T>(pool: Pick<ConnectionPool, 'pool'>, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if ((error as Error).name === 'KafkaJSRequestTimeoutError') breakOff(pool, (error as Error).message);
    throw error;
  }
}

/** What is under way over it fails, and the next request connects anew. */
export function breakOff({ pool }: Pick<ConnectionPool, 'pool'>, why: string): void {
  for (const { socket } of pool) socket?.destroy(new Error(why));
}

/** What is under way over it fails at once, and nothing is waited for when it ends. */
export function abandonRequests({ pool }: Pick<ConnectionPool, 'pool'>): void {
  for (const connection of pool) connection.rejectRequests(new KafkaJSConnectionError('Connection ended'));
}
