/**
 * Where a connection breaks off in the middle of an answer, the client keeps what had come of it and reads on over the next connection as if the rest followed:
 * what it takes for the length of an answer is some of its bytes then, so nothing is answered any more, or it reads beyond a buffer and the process ends.
 * Promise: each connection begins with nothing received.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Connection {
  bytesBuffered: number;
  bytesNeeded: number;
  chunks: Buffer[];
  isConnected(): boolean;
  connect: (this: Connection) => Promise<unknown>;
}

const lengthBytes = 4;

/** In the process's one copy of the client, from now on. */
export function forgetPartialAnswers({ prototype } = clientClass<Connection>('network/connection.js')): void {
  const { connect } = prototype;
  prototype.connect = function (): Promise<unknown> {
    if (!this.isConnected()) Object.assign(this, { bytesBuffered: 0, bytesNeeded: lengthBytes, chunks: [] });
    return connect.call(this);
  };
}
