/**
 * A consumer that has broken down and begins anew (as after each restart of a broker) joins its group as somebody else. The group waits for the one that it was, until that
 * one's session has run out, and until then nobody in it reads anything.
 * Promise: who begins anew is the member that it was, unless it has left; a group that no longer knows it makes it a new one.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. Made anew by each beginning, while the cluster stays. */
export interface ConsumerGroup {
  memberId: string | null;
  readonly cluster: object;
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
  leave: (this: ConsumerGroup) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function keepMembership({ prototype } = clientClass<ConsumerGroup>('consumer/consumerGroup.js')): void {
  const { joinAndSync, leave } = prototype;
  const members = new WeakMap<object, string>();
  const begun = new WeakSet<ConsumerGroup>();
  prototype.joinAndSync = async function (): Promise<void> {
    // Who has no name later on was told that it is unknown.
    if (!begun.has(this)) this.memberId ??= members.get(this.cluster) ?? null;
    begun.add(this);
    await joinAndSync.call(this);
    if (this.memberId !== null) members.set(this.cluster, this.memberId);
  };
  prototype.leave = async function (): Promise<void> {
    await leave.call(this);
    members.delete(this.cluster);
  };
}
