/** A cluster of which is known whether it still does what it was asked: who no longer waits for that has given up only the waiting, and a connection may come of it. */
import type { GroupCluster } from '../client/group-cluster.ts';
import type { Handlings } from '../handlings.ts';

export function watched(cluster: GroupCluster, underWay: Handlings): GroupCluster {
  const watching: Partial<GroupCluster> = {
    connect: () => underWay.run(() => cluster.connect()),
    findBroker: (of) => underWay.run(() => cluster.findBroker(of)),
    addMultipleTargetTopics: (topics) => underWay.run(() => cluster.addMultipleTargetTopics(topics)),
    refreshMetadata: () => underWay.run(() => cluster.refreshMetadata()),
    refreshMetadataIfNecessary: () => underWay.run(() => cluster.refreshMetadataIfNecessary()),
  };
  return Object.assign(Object.create(cluster) as GroupCluster, watching);
}
