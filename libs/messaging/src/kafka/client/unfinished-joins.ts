/**
 * Where joining a group fails on its way, the client goes on fetching what it held before. A coordinator that has just been started does that to it: it sends
 * the client away, then is still loading the group, and then knows it as the member that it was. Who was told that a rebalance began, and has handed its
 * partitions back, would never hear of them again, and nothing of them would be delivered for as long as that group stays as it is.
 * And it tells of one reason for joining only: who is no member any more (its session ran out, so others have what it held) hears nothing until it has joined again, and
 * that may take as long as the others' handlers.
 * Promise: whoever begins to join is told so first, and fetches nothing before it has joined; several fetches that find out together join once.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface ConsumerGroup {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly instrumentationEmitter: { emit(event: string, payload: object): void };
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<readonly unknown[]>;
}

/** As the client names it. */
const rebalancing = 'consumer.rebalancing';

/** In the process's one copy of the client, from now on. */
export function finishJoins({ prototype } = clientClass<ConsumerGroup>('consumer/consumerGroup.js')): void {
  const { joinAndSync, fetch } = prototype;
  const unfinished = new WeakSet<ConsumerGroup>();
  const underWay = new WeakMap<ConsumerGroup, Promise<void>>();
  prototype.joinAndSync = function (): Promise<void> {
    let joining = underWay.get(this);
    if (!joining) {
      unfinished.add(this);
      this.instrumentationEmitter.emit(rebalancing, { groupId: this.groupId, memberId: this.memberId });
      joining = joinAndSync
        .call(this)
        .then(() => void unfinished.delete(this))
        .finally(() => underWay.delete(this));
      underWay.set(this, joining);
    }
    return joining;
  };
  prototype.fetch = async function (nodeId: number): Promise<readonly unknown[]> {
    if (unfinished.has(this)) await this.joinAndSync();
    return fetch.call(this, nodeId);
  };
}
