/**
 * A broker answers what comes over a connection in the order in which it comes, and the client sends all but fetches over one: a heartbeat waits there for a commit, which takes as long as five seconds
 * while one of its replicas is away, and its coordinator seems frozen.
 * Promise: heartbeats go over the connection for fetches, of which a member's own brokers are asked none.
 */
import { clientClass } from './client-class.ts';

interface Protocol {
  readonly request: { readonly apiKey: number };
}

/** The client's class, as far as it is changed. */
export interface ConnectionPool {
  getConnection(index: number): Promise<unknown>;
  getConnectionByRequest: (this: ConnectionPool, protocol: Protocol) => Promise<unknown>;
}

/** As Kafka numbers it. */
const heartbeat = 12;
const forFetches = 1;

/** In the process's one copy of the client, from now on. */
export function separateHeartbeats({ prototype } = clientClass<ConnectionPool>('network/connectionPool.js')): void {
  const { getConnectionByRequest } = prototype;
  prototype.getConnectionByRequest = function (protocol): Promise<unknown> {
    if (protocol.request.apiKey === heartbeat) return this.getConnection(forFetches);
    return getConnectionByRequest.call(this, protocol);
  };
}
