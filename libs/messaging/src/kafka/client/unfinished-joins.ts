/**
 * Where joining a group fails on its way, the client goes on with what it held before. A coordinator that has just been started does that to it: it sends
 * the client away, then is still loading the group, and then knows it as the member that it was. Who was told that a rebalance began, and has handed its
 * partitions back, would never hear of them again, and nothing of them would be delivered for as long as that group stays as it is.
 * And it tells of one reason for joining only: who is no member any more (its session ran out, so others have what it held) hears nothing until it has joined again, and
 * that may take as long as the others' handlers.
 * Promise: whoever begins to join is told so first, and its handlers have settled when it does; it does nothing else before it has joined.
 */
import { clientClass } from './client-class.ts';
import { handBack, type ConsumerGroup as Member } from './membership-only.ts';

/** The client's class, as far as it is changed. */
export interface ConsumerGroup extends Member {
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<readonly unknown[]>;
}

/** In the process's one copy of the client, from now on. */
export function finishJoins({ prototype } = clientClass<ConsumerGroup>('consumer/consumerGroup.js')): void {
  const { joinAndSync, fetch } = prototype;
  const unfinished = new WeakSet<ConsumerGroup>();
  prototype.joinAndSync = async function (): Promise<void> {
    unfinished.add(this);
    await handBack(this);
    await joinAndSync.call(this);
    unfinished.delete(this);
  };
  prototype.fetch = async function (nodeId: number): Promise<readonly unknown[]> {
    if (unfinished.has(this)) await this.joinAndSync();
    return fetch.call(this, nodeId);
  };
}
