/**
 * Whoever sends over a connection of the client's that is down connects it, each with a socket of its own: the last one is used, and the others stay open beside it
 * until the broker ends them for idleness, which the client takes for the end of the one that it uses.
 * Promise: of those who connect at the same time one does it and the others wait.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Connection {
  connect: (this: Connection) => Promise<unknown>;
  disconnect: (this: Connection) => Promise<unknown>;
}

/** In the process's one copy of the client, from now on. */
export function connectOnce({ prototype } = clientClass<Connection>('network/connection.js')): void {
  const { connect, disconnect } = prototype;
  const underWay = new WeakMap<Connection, Promise<unknown>>();
  prototype.connect = function (): Promise<unknown> {
    let connecting = underWay.get(this);
    if (!connecting) {
      connecting = connect.call(this).finally(() => {
        if (underWay.get(this) === connecting) underWay.delete(this);
      });
      underWay.set(this, connecting);
    }
    return connecting;
  };
  // Ended before it stood: the client leaves open what becomes of who waits for that one.
  prototype.disconnect = function (): Promise<unknown> {
    underWay.delete(this);
    return disconnect.call(this);
  };
}
