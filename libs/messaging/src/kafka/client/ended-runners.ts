/**
 * The client stops only what runs already. Who leaves while it is still joining (for the first time, or again after a crash) has left nothing: the joining goes on,
 * and who has joined then fetches for ever, a member of its group that keeps partitions on which nobody works.
 * Who leaves in the moment in which a rebalance begins joins first: it waits for all the others, who wait for one more rebalance then.
 * And one that breaks down leaves its group, so that others get what it holds, and tells of it when all its connections have ended: that takes as long as a frozen broker is waited for.
 * Promise: what was stopped before it ran does not begin to, and what was stopped while it ran joins nothing any more; it leaves the group that has taken it in, and its connections are closed. Who is stopped is told before its group is,
 * which is left when the handlers that run have settled.
 */
import { clientClass } from './client-class.ts';
import { handBack, rebalancing, type ConsumerGroup as Member } from './membership-only.ts';

/** The client's classes, as far as they are changed. */
export interface ConsumerGroup extends Member {
  leave: (this: ConsumerGroup) => Promise<void>;
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
}
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

/** In the process's one copy of the client, from now on. */
export function endWhatWasStopped(
  { prototype } = clientClass<Runner>('consumer/runner.js'),
  { prototype: groups } = clientClass<ConsumerGroup>('consumer/consumerGroup.js'),
): void {
  const { leave, joinAndSync } = groups;
  const ended = new WeakSet<object>();
  groups.leave = async function (): Promise<void> {
    await handBack(this);
    await leave.call(this);
  };
  groups.joinAndSync = async function (): Promise<void> {
    if (!ended.has(this)) await joinAndSync.call(this);
  };
  const { stop, scheduleFetchManager: schedule } = prototype;
  const stopped = new WeakSet<Runner>();
  prototype.stop = function (): Promise<void> {
    stopped.add(this);
    if (this.running) ended.add(this.consumerGroup);
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
