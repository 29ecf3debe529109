/** A broker of the cluster, connected in time. */
import { breakOff } from './broken-connections.ts';
import type { ClusterView } from './client-cluster.ts';
import { inTime, Late } from '../in-time.ts';

/**
 * Rejects with `Late` after `ms`; what was begun with the broker is broken off then, for who asks next would wait for it too.
 * `limited`: who waits no longer than that, where more than the time is to be kept of it.
 */
export async function connectedBroker<Broker>(
  cluster: ClusterView & { findBroker(of: { readonly nodeId: number }): Promise<Broker> },
  nodeId: number,
  ms: number,
  limited: (answer: Promise<Broker>) => Promise<Broker> = (answer) => inTime(answer, ms),
): Promise<Broker> {
  try {
    return await limited(cluster.findBroker({ nodeId }));
  } catch (error) {
    const begun = cluster.brokerPool.brokers?.[nodeId];
    if (error instanceof Late && begun) breakOff(begun.connectionPool, `not connected within ${ms} ms`);
    throw error;
  }
}
