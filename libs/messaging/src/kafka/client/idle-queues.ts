/**
 * A connection of the client looks a thousand times a second, from its first answer on, whether a request waits to be sent: each look sets the timer of the next one
 * (kafkajs#1556, kafkajs#1704). A request that has to wait sets that timer itself, so nobody needs to look while none does.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

/** In the process's one copy of the client, from now on. */
export function restIdleQueues({ prototype } = clientClass<RequestQueue>('network/requestQueue/index.js')): void {
  const { scheduleCheckPendingRequests: schedule } = prototype;
  prototype.scheduleCheckPendingRequests = function (): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
