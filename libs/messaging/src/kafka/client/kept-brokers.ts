/**
 * The client forgets a broker that has closed a connection, and makes another object for it when it looks at the cluster again. Whoever asked the first one for something goes on
 * with it: a group with its coordinator, which it connects anew. Nobody ends that connection: it outlives the consumer, until the broker finds it idle.
 * Promise: a broker stays the same object for as long as the cluster has it, and the cluster is looked at again.
 */
import { clientClass } from './client-class.ts';

/** The client's class, as far as it is changed. */
export interface BrokerPool {
  metadataExpireAt: number | null;
  removeBroker: (this: BrokerPool, address: { readonly host: string; readonly port: number }) => void;
}

/** In the process's one copy of the client, from now on. */
export function keepBrokers({ prototype } = clientClass<BrokerPool>('cluster/brokerPool.js')): void {
  prototype.removeBroker = function (): void {
    this.metadataExpireAt = null;
  };
}
