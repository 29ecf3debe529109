/**
 * The client takes a broker for connected as soon as its connection stands, though it knows what to ask it only after a first exchange. Whatever is asked
 * in between fails for good ("Broker not connected"), and when that exchange fails (a broker that is frozen takes connections, and answers nothing) so does
 * everything that this client is ever asked again.
 * Promise: a broker counts as connected after the first exchange; who comes earlier waits for it, and one that failed is repeated.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Broker {
  isConnected: (this: Broker) => boolean;
  connect: (this: Broker) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function waitForHandshakes({ prototype } = clientClass<Broker>('broker/index.js')): void {
  const { isConnected, connect } = prototype;
  const known = new WeakSet<Broker>();
  prototype.isConnected = function (): boolean {
    return known.has(this) && isConnected.call(this);
  };
  prototype.connect = async function (): Promise<void> {
    await connect.call(this);
    known.add(this);
  };
}
