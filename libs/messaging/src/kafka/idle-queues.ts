/**
 * A connection of the client looks a thousand times a second, from its first answer on, whether a request waits to be sent: each look sets the timer of the next one
 * (kafkajs#1556, kafkajs#1704). A request that has to wait sets that timer itself, so nobody needs to look while none does.
 */
import { createRequire } from 'node:module';

/** The client's class, as far as it is changed. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const require = createRequire(import.meta.url);

/** In the process's one copy of the client, from now on. */
export function restIdleQueues(
  { prototype }: { prototype: RequestQueue } = require('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueue;
  },
): void {
  const { scheduleCheckPendingRequests: schedule } = prototype;
  prototype.scheduleCheckPendingRequests = function (): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
