/**
 * The broker that coordinates a group. Each is asked for a short time only: one that is frozen (a paused machine, a disk that hangs) takes requests and answers none, and others have taken over meanwhile.
 */
import { breakOff, type ConnectionPool } from '../client/broken-connections.ts';
import type { GroupBroker, GroupCluster } from '../client/group-cluster.ts';
import { connectedBroker } from '../client/connected-broker.ts';
import { Handlings } from '../handlings.ts';
import { inTime, Late, whileHeard } from '../in-time.ts';
import { firstOf } from './first-of.ts';

/** How long one broker is asked who coordinates, ms, and after which the next one is asked as well. */
const askedMs = 3_000;
const hedgeMs = 500;
/** As Kafka numbers it: of a group, not of transactions. */
const ofGroup = 0;

export interface CoordinatorOptions {
  readonly cluster: GroupCluster;
  readonly groupId: string;
  /** How long it is looked for. */
  readonly sessionTimeoutMs: number;
}

export class Coordinator {
  private found: Promise<GroupBroker> | undefined;
  private isSearching = false;
  private readonly asking = new Handlings();
  private readonly end = new AbortController();

  constructor(private readonly options: CoordinatorOptions) {}

  /** Connected: the one that is known, or else it is looked for, once for all who ask. Rejects when no broker tells in time; who did not answer in a moment is broken off, and nobody else. */
  find(): Promise<GroupBroker> {
    this.found ??= this.search();
    return this.found;
  }

  /** It has to be looked for. So it is during a search, beside which there is no second one: what is asked late, of the broker at which the group is joined by then, would break off the joining. */
  forget(): void {
    if (!this.isSearching) this.found = undefined;
  }

  /** Nothing is looked for any more. Resolves when no broker is asked. */
  async close(): Promise<void> {
    this.end.abort();
    await this.asking.settled();
  }

  /** One that fails is not kept. */
  private async search(): Promise<GroupBroker> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.end.signal]);
    const { groupId, sessionTimeoutMs } = this.options;
    const inVain = new Error(
      `no broker has named a coordinator of ${groupId} within ${sessionTimeoutMs} ms that can be reached`,
    );
    this.isSearching = true;
    try {
      return await inTime(
        this.asking.run(() => this.askAll(signal)),
        sessionTimeoutMs,
        inVain,
      );
    } catch (error) {
      this.found = undefined;
      throw error;
    } finally {
      over.abort();
      this.isSearching = false;
    }
  }

  /** Each is asked in turn, and again: as long as the group's broker is gone without anybody knowing it they name that one, and another one a moment later. */
  private async askAll(signal: AbortSignal): Promise<GroupBroker> {
    signal.throwIfAborted();
    const { cluster, groupId, sessionTimeoutMs } = this.options;
    if (Object.keys(cluster.brokerPool.brokers ?? {}).length === 0) await cluster.connect();
    const nodeIds = connectedFirst(cluster);
    const count = Math.max(nodeIds.length, Math.floor(sessionTimeoutMs / hedgeMs));
    const asks = Array.from({ length: nodeIds.length > 0 ? count : 0 }, (_, at) => {
      const nodeId = nodeIds[at % nodeIds.length]!;
      return () => this.asking.run(() => this.reach(nodeId, signal));
    });
    try {
      if (asks.length === 0) throw new Error(`no broker is known that could say who coordinates ${groupId}`);
      return await firstOf(asks, { hedgeMs, atOnce: nodeIds.length, signal });
    } catch (error) {
      if (!signal.aborted) await cluster.refreshMetadata().catch(() => {}); // those that are known may be others by now
      throw error;
    }
  }

  private async reach(nodeId: number, signal: AbortSignal): Promise<GroupBroker> {
    const told = await this.ask(nodeId, signal);
    signal.throwIfAborted();
    return this.connected(told);
  }

  /** One that is only far away is not broken off: a handshake takes five questions, over TLS and with a password. The next search finds it connected. */
  private connected(nodeId: number): Promise<GroupBroker> {
    const { cluster } = this.options;
    const heard = (): number => received(cluster.brokerPool.brokers?.[nodeId]?.connectionPool ?? { pool: [] });
    return connectedBroker(cluster, nodeId, askedMs, (answer) => whileHeard(answer, askedMs, heard));
  }

  private async ask(nodeId: number, signal: AbortSignal): Promise<number> {
    const { groupId } = this.options;
    const broker = await this.connected(nodeId);
    signal.throwIfAborted(); // it may be the one that is found, and the group is being joined there
    try {
      const { coordinator } = await inTime(broker.findGroupCoordinator({ groupId, coordinatorType: ofGroup }), askedMs);
      return coordinator.nodeId;
    } catch (error) {
      if (error instanceof Late) breakOff(broker.connectionPool, `no answer within ${askedMs} ms`);
      throw error;
    }
  }
}

/** The others from any of them on: several may be frozen, and there is no time to wait for all of these. */
function connectedFirst({ brokerPool: { brokers = {} } }: GroupCluster): readonly number[] {
  const isConnected = (nodeId: string): boolean => brokers[nodeId]!.isConnected?.() ?? false;
  const all = Object.keys(brokers);
  const others = all.filter((nodeId) => !isConnected(nodeId));
  const first = Math.floor(Math.random() * others.length);
  return [...all.filter(isConnected), ...others.slice(first), ...others.slice(0, first)].map(Number);
}

/**
 * The answer; a coordinator of which nothing comes in for `ms`, over none of its connections, is broken off, and the answer rejects. One that answers something else is only slow: what it is asked
 * over one connection it answers in order.
 */
export async function unlessSilent<T>(
  { connectionPool }: Pick<GroupBroker, 'connectionPool'>,
  ms: number,
  answer: Promise<T>,
): Promise<T> {
  let heard = received(connectionPool);
  const silence = setInterval(() => {
    const before = heard;
    heard = received(connectionPool);
    if (heard === before) breakOff(connectionPool, `nothing heard of the coordinator for ${ms} ms`);
  }, ms);
  try {
    return await answer;
  } finally {
    clearInterval(silence);
  }
}

const received = ({ pool }: Pick<ConnectionPool, 'pool'>): number =>
  pool.reduce((bytes, { socket }) => bytes + (socket?.bytesRead ?? 0), 0);
