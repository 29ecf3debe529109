/**
 * The client stops only what runs already. Who leaves while it is still joining (for the first time, or again after a crash) has left nothing: the joining goes on,
 * and who has joined then fetches for ever, a member of its group that keeps partitions on which nobody works.
 * And one that breaks down leaves its group, so that others get what it holds, and tells of it when all its connections have ended: that takes as long as a frozen broker is waited for.
 * Promise: what was stopped before it ran does not begin to; it leaves the group that has taken it in, and its connections are closed. Who is stopped is told before its group is.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Runner {
  running: boolean;
  readonly instrumentationEmitter: { emit(event: string, payload: object): void };
  readonly consumerGroup: {
    leave(): Promise<void>;
    readonly cluster: { disconnect(): Promise<void> };
  };
  stop: (this: Runner) => Promise<void>;
  scheduleFetchManager: (this: Runner) => void;
}

/** As the client names it: nothing is held any more. */
const rebalancing = 'consumer.rebalancing';

/** In the process's one copy of the client, from now on. */
export function endWhatWasStopped({ prototype } = clientClass<Runner>('consumer/runner.js')): void {
  const { stop, scheduleFetchManager: schedule } = prototype;
  const stopped = new WeakSet<Runner>();
  prototype.stop = function (): Promise<void> {
    stopped.add(this);
    this.instrumentationEmitter.emit(rebalancing, {});
    return stop.call(this);
  };
  prototype.scheduleFetchManager = function (): void {
    if (this.running && stopped.has(this)) {
      this.running = false;
      void end(this);
    }
    schedule.call(this);
  };
}

async function end({ consumerGroup }: Runner): Promise<void> {
  await consumerGroup.leave().catch(() => {}); // its session runs out
  await consumerGroup.cluster.disconnect().catch(() => {});
}
