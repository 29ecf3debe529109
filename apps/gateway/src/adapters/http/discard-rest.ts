/**
 * Reads on when a body is not wanted. Who closes a connection with unread bytes in it takes the answer back: the kernel sends a reset, and a client that
 * is still sending never sees why it was refused.
 * Promise: it ends, whatever the client does: with the body, with the connection, after so many bytes or so long.
 */
import type { IncomingMessage } from 'node:http';

export interface Patience {
  readonly bytes: number;
  readonly ms: number;
}
const usualPatience: Patience = { bytes: 64 * 1024 * 1024, ms: 5_000 };

export function discardRest(request: IncomingMessage, { bytes, ms }: Patience = usualPatience): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = bytes;
    const count = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) over();
    };
    const timer = setTimeout(over, ms);
    function over(): void {
      clearTimeout(timer);
      request.off('data', count);
      resolve();
    }
    request.on('data', count).once('end', over).once('close', over);
    request.resume();
  });
}
