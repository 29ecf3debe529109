/**
 * The client counts how often it failed since it last joined its group, however long ago and whatever went well in between: a member whose connection breaks now and then breaks down
 * with the sixth time, leaves its group and joins it anew, and everybody in it waits for that twice.
 * Promise: what failed and then went well does not count.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface Runner {
  /** It is started anew, with nothing counted, where it ended. */
  readonly fetchManager: { stop(): Promise<void> };
  fetch: (this: Runner, nodeId: number) => Promise<readonly unknown[]>;
}

/** In the process's one copy of the client, from now on. */
export function forgetHealedFailures({ prototype } = clientClass<Runner>('consumer/runner.js')): void {
  const { fetch } = prototype;
  const failed = new WeakSet<Runner>();
  prototype.fetch = async function (nodeId): Promise<readonly unknown[]> {
    const isHealed = failed.has(this);
    failed.add(this);
    const found = await fetch.call(this, nodeId);
    failed.delete(this);
    if (isHealed) void this.fetchManager.stop();
    return found;
  };
}
