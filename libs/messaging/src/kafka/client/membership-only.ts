/**
 * The client's consumer is used for its group only: it joins, sends heartbeats, commits and leaves. What is to be read is fetched by our own `Reader`. The loop in which the client
 * would fetch stays, since it is there that it finds out what happens to its group; one for all brokers will do.
 * Promises: it fetches nothing; its heartbeats come when they are due, whatever handlers and brokers do; who is stopped waits for nothing.
 * `handBack`: whoever may lose partitions hands them back first and waits for the handlers that run, because others get these partitions next. It stays a member meanwhile, for as long as
 * a group waits for those who are to join: a handler that never settles would keep partitions on which nobody works.
 */
import { Pause } from '../../back-off.ts';
import { clientClass } from './client-class.ts';

/** The client's classes, as far as they are changed. */
export interface Runner {
  readonly consumerGroup: object;
  stop: (this: Runner) => Promise<void>;
}
export interface ConsumerGroup {
  readonly groupId: string;
  readonly memberId: string | null;
  readonly instrumentationEmitter: { emit(event: string, payload: object): void };
  /** When it was last heard of, ms since 1970. */
  readonly lastRequest: number;
  /** What the client would let a fetch wait: the time between two heartbeats. */
  readonly maxWaitTime: number;
  readonly rebalanceTimeout: number;
  readonly cluster: { refreshMetadataIfNecessary(): Promise<void> };
  checkForStaleAssignment(): void;
  heartbeat(options: { readonly interval: number }): Promise<void>;
  getNodeIds: (this: ConsumerGroup) => readonly number[];
  joinAndSync(): Promise<void>;
  fetch: (this: ConsumerGroup, nodeId: number) => Promise<readonly unknown[]>;
}

/** What the client tells who is to hand its partitions back. */
export interface HandingBack {
  /** Until it has settled the group is neither joined nor left. */
  readonly waitFor?: (handlers: Promise<unknown>) => void;
}

/** As the client names it: nothing is held any more. */
export const rebalancing = 'consumer.rebalancing';
/** It never goes round without a wait: whatever is wrong, the process's other work goes on, ms. */
const leastMs = 10;

/** In the process's one copy of the client, from now on. */
export function fetchNothing(
  { prototype: runners } = clientClass<Runner>('consumer/runner.js'),
  { prototype: groups } = clientClass<ConsumerGroup>('consumer/consumerGroup.js'),
): void {
  const rests = new WeakMap<object, Pause>();
  const stopped = new WeakSet();
  const { stop } = runners;
  runners.stop = function (): Promise<void> {
    const stopping = stop.call(this);
    stopped.add(this.consumerGroup);
    rests.get(this.consumerGroup)?.cut();
    return stopping;
  };
  groups.getNodeIds = () => [0];
  groups.fetch = async function (): Promise<readonly unknown[]> {
    // Nobody waits for it: a broker that is frozen may be asked.
    void this.cluster.refreshMetadataIfNecessary().catch(() => {});
    if (isOutdated(this)) await this.joinAndSync();
    const rest = new Pause();
    rests.set(this, rest);
    // No longer than that where the clock was put back.
    const untilHeartbeat = Math.min(this.maxWaitTime, this.lastRequest + this.maxWaitTime - Date.now());
    await rest.wait(stopped.has(this) ? leastMs : Math.max(leastMs, untilHeartbeat));
    return [];
  };
}

/** Resolves when no handler runs any more. Does not reject. */
export async function handBack(group: ConsumerGroup): Promise<void> {
  const { groupId, memberId, maxWaitTime: interval, rebalanceTimeout } = group;
  const handled: Promise<unknown>[] = [];
  const told: HandingBack & object = { waitFor: (handlers) => void handled.push(handlers) };
  group.instrumentationEmitter.emit(rebalancing, { groupId, memberId, ...told });
  // It knows that it is to join; but its session would run out.
  const beating = setInterval(() => void group.heartbeat({ interval }).catch(() => {}), interval);
  const limit = setTimeout(() => clearInterval(beating), rebalanceTimeout);
  await Promise.allSettled(handled);
  clearInterval(beating);
  clearTimeout(limit);
}

/** A topic has got partitions that nobody was assigned. */
function isOutdated(group: ConsumerGroup): boolean {
  try {
    group.checkForStaleAssignment();
    return false;
  } catch (error) {
    return (error as Error).name === 'KafkaJSStaleTopicMetadataAssignment';
  }
}
