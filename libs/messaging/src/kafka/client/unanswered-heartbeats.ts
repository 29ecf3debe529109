/**
 * A heartbeat may take as long as any request, five times as long as the session that it keeps, and where its coordinator is frozen the next one goes there as well. Meanwhile
 * the group has another coordinator, which gives the partitions to others, and this member neither reads nor hears of it, for minutes. So has who cannot even connect to it, as where its
 * host is gone: each of the client's attempts takes three seconds, and it goes on with what it holds until it has made six.
 * Promise: a coordinator that has not answered within a session is none any more: the partitions are handed back, and the group is joined where it is now.
 * While a group is being joined its coordinator answers nothing else, and that may take longer. It answers in the order in which it was asked, so one that has answered
 * something is only slow: it writes commits, each for as long as five seconds while one of its replicas is away, and counts each as a heartbeat.
 * And a heartbeat that is under way is shared with whoever wants one: where the group was joined anew elsewhere meanwhile, the coordinator that it has now would hear of nobody for a session.
 * Promise: who has joined waits for no heartbeat of another coordinator.
 * The client counts the time between two heartbeats by the clock, and where that is put back by an hour it would send none for an hour: the group, whose clock is another, would give
 * the partitions to others, and this member would go on with them.
 * Promise: a heartbeat is sent when it is due, and a session lasts as long as it does, however the clock is set.
 */
import { breakOff, type ConnectionPool } from './broken-connections.ts';
import { clientClass } from './client-class.ts';
import type { Refusal } from './refusals.ts';

interface Coordinator {
  readonly connectionPool: Pick<ConnectionPool, 'pool'>;
}

/** The client's class, as far as it is changed. */
export interface ConsumerGroup {
  readonly sessionTimeout: number;
  /** When a heartbeat was last answered, ms since 1970. */
  lastRequest: number;
  readonly coordinator: Coordinator | null;
  joinAndSync: (this: ConsumerGroup) => Promise<void>;
  heartbeat: (this: ConsumerGroup, options: object) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function limitHeartbeats({ prototype } = clientClass<ConsumerGroup>('consumer/consumerGroup.js')): void {
  const { joinAndSync, heartbeat } = prototype;
  const joining = new WeakSet<ConsumerGroup>();
  /** When its coordinator last answered, by a clock that nobody sets. */
  const heardAt = new WeakMap<ConsumerGroup, number>();
  const silent = new WeakSet<object>();
  /** Who owes an answer. */
  const asked = new WeakMap<ConsumerGroup, Coordinator>();
  prototype.joinAndSync = async function (): Promise<void> {
    joining.add(this);
    try {
      await joinAndSync.call(this);
      heardAt.set(this, performance.now());
      const before = asked.get(this);
      if (before && before !== this.coordinator) breakOff(before.connectionPool, 'the group has another coordinator');
    } finally {
      joining.delete(this);
    }
  };
  const isLost = (group: ConsumerGroup, error: Refusal): boolean =>
    error.type === undefined && performance.now() - (heardAt.get(group) ?? 0) > group.sessionTimeout;
  prototype.heartbeat = async function (options): Promise<void> {
    const { coordinator, sessionTimeout: ms } = this;
    if (!coordinator) return heartbeat.call(this, options);
    if (!asked.has(this)) asked.set(this, coordinator);
    let heard = received(coordinator.connectionPool);
    const limit = setInterval(() => {
      const before = heard;
      heard = received(coordinator.connectionPool);
      if (joining.has(this) || heard !== before) return;
      silent.add(coordinator);
      breakOff(coordinator.connectionPool, `no answer to a heartbeat within ${ms} ms`);
    }, ms);
    const lastRequest = (this.lastRequest = Math.min(this.lastRequest, Date.now()));
    try {
      await heartbeat.call(this, options);
      if (this.lastRequest !== lastRequest) heardAt.set(this, performance.now());
      silent.delete(coordinator);
    } catch (error) {
      const isNone = silent.has(coordinator) || isLost(this, error as Refusal);
      throw isNone ? Object.assign(error as Error, { type: 'NOT_COORDINATOR_FOR_GROUP' }) : error; // as the client understands it
    } finally {
      asked.delete(this);
      clearInterval(limit);
    }
  };
}

/** Fetches have a connection of their own. */
const received = ({ pool: [first] }: Pick<ConnectionPool, 'pool'>): number | undefined => first?.socket?.bytesRead;
