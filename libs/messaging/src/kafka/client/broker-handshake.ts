/**
 * The client takes a broker for connected as soon as its connection stands, though it knows what to ask it only after a first exchange. Whatever is asked
 * in between fails for good ("Broker not connected"), and when that exchange fails (a broker that is frozen takes connections, and answers nothing) so does
 * everything that this client is ever asked again. The exchange may take as long as any request, and longer than a question to the cluster waits, which then begins
 * again with the same broker. And one that was connected before is not asked at all.
 * Promise: a broker counts as connected after the first exchange, with each connection anew; who comes earlier waits for it, and one that failed is repeated.
 * One that does not answer within three times the time for connecting has not been reached, and another broker is tried.
 */
import kafkajs from 'kafkajs';
import { breakOff, type ConnectionPool } from './broken-connections.ts';
import { clientClass } from './client-class.ts';

const { KafkaJSConnectionError } = kafkajs;

/** The client's class, as far as it is changed. */
export interface Broker {
  versions: object | null;
  readonly connectionPool: Pick<ConnectionPool, 'pool'> & { readonly connectionTimeout: number };
  isConnected: (this: Broker) => boolean;
  connect: (this: Broker) => Promise<void>;
  apiVersions: (this: Broker) => Promise<object>;
}

/** In times for connecting: one that is only slow has to get a chance. */
const patience = 3;

/** In the process's one copy of the client, from now on. */
export function waitForHandshakes({ prototype } = clientClass<Broker>('broker/index.js')): void {
  const { isConnected, connect, apiVersions } = prototype;
  const known = new WeakSet<Broker>();
  prototype.isConnected = function (): boolean {
    return known.has(this) && isConnected.call(this);
  };
  prototype.connect = async function (): Promise<void> {
    if (!this.isConnected()) {
      known.delete(this);
      this.versions = null;
    }
    await connect.call(this);
    known.add(this);
  };
  prototype.apiVersions = async function (): Promise<object> {
    const { connectionPool } = this;
    const ms = patience * connectionPool.connectionTimeout;
    const limit = setTimeout(() => breakOff(connectionPool, `no first answer within ${ms} ms`), ms);
    try {
      return await apiVersions.call(this);
    } catch (error) {
      // Otherwise the same one is asked again and again.
      if ((error as Error).name !== 'KafkaJSRequestTimeoutError') throw error;
      throw new KafkaJSConnectionError((error as Error).message);
    } finally {
      clearTimeout(limit);
    }
  };
}
