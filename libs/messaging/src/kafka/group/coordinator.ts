/**
 * The broker that coordinates a group. Each is asked for a short time only: one that is frozen (a paused machine, a disk that hangs) takes requests and answers none, and others have taken over meanwhile.
 */
import { breakOff, type ConnectionPool } from '../client/broken-connections.ts';
import { breakOffAll } from '../client/client-cluster.ts';
import type { GroupBroker, GroupCluster } from '../client/group-cluster.ts';
import { connectedBroker } from '../connected-broker.ts';
import { inTime, Late } from '../in-time.ts';
import { firstOf } from './first-of.ts';

/** How long one broker is asked who coordinates, ms, and after which the next one is asked as well. */
const askedMs = 3_000;
const hedgeMs = 500;
/** As Kafka numbers it: of a group, not of transactions. */
const ofGroup = 0;

/** Connected. Rejects when no broker tells within `patienceMs`; whatever was begun with any of them is broken off then. */
export async function findCoordinator(
  cluster: GroupCluster,
  groupId: string,
  patienceMs: number,
): Promise<GroupBroker> {
  try {
    return await inTime(askAll(cluster, groupId, patienceMs), patienceMs);
  } catch (error) {
    if (error instanceof Late) breakOffAll(cluster, `nobody said within ${patienceMs} ms who coordinates ${groupId}`);
    throw error;
  }
}

/** Each is asked in turn, and again: as long as the group's broker is gone without anybody knowing it they name that one, and another one a moment later. */
async function askAll(cluster: GroupCluster, groupId: string, patienceMs: number): Promise<GroupBroker> {
  if (Object.keys(cluster.brokerPool.brokers ?? {}).length === 0) await cluster.connect();
  const nodeIds = connectedFirst(cluster);
  const asks = Array.from(
    { length: Math.max(nodeIds.length, Math.floor(patienceMs / hedgeMs)) },
    (_, at) => async () => {
      const nodeId = await ask(cluster, groupId, nodeIds[at % nodeIds.length]!);
      return connectedBroker(cluster, nodeId, askedMs);
    },
  );
  try {
    return await firstOf(asks, { hedgeMs, atOnce: nodeIds.length });
  } catch (error) {
    await cluster.refreshMetadata(); // those that are known may be others by now
    throw error;
  }
}

async function ask(cluster: GroupCluster, groupId: string, nodeId: number): Promise<number> {
  const broker = await connectedBroker(cluster, nodeId, askedMs);
  try {
    const { coordinator } = await inTime(broker.findGroupCoordinator({ groupId, coordinatorType: ofGroup }), askedMs);
    return coordinator.nodeId;
  } catch (error) {
    if (error instanceof Late) breakOff(broker.connectionPool, `no answer within ${askedMs} ms`);
    throw error;
  }
}

function connectedFirst({ brokerPool: { brokers = {} } }: GroupCluster): readonly number[] {
  const [connected, others] = [true, false].map((is) =>
    Object.keys(brokers).filter((nodeId) => (brokers[nodeId]!.isConnected?.() ?? false) === is),
  );
  return [...connected!, ...others!].map(Number);
}

/**
 * The answer; a coordinator of which nothing comes in for `ms` is broken off, and the answer rejects. It answers in the order in which it was asked: one that
 * answers something else first is only slow (it writes commits, each for as long as five seconds while one of its replicas is away).
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

/** Fetches have a connection of their own. */
const received = ({ pool: [first] }: Pick<ConnectionPool, 'pool'>): number | undefined => first?.socket?.bytesRead;
