/**
 * The client asks for the offsets of all partitions of a topic or of none: one that nobody leads it looks for at a broker with the number -1, and nothing is known of the others either.
 * Promise: who asks is told of those that are led; the others are left out.
 */
import { clientClass } from './client-class.ts';

type Partitions = readonly (number | string)[];
type ByLeader = Readonly<Record<string, readonly number[]>>;

/** The client's class, as far as it is changed. */
export interface Cluster {
  findLeaderForPartitions: (this: Cluster, topic: string, partitions: Partitions) => ByLeader;
  fetchTopicsOffset: (this: Cluster, topics: readonly Asked[]) => Promise<readonly Asked[]>;
}
interface Asked {
  readonly topic: string;
  readonly partitions: readonly object[];
}

const nobody = '-1';

/** In the process's one copy of the client, from now on. */
export function askWhoLeads({ prototype } = clientClass<Cluster>('cluster/index.js')): void {
  const { findLeaderForPartitions: find, fetchTopicsOffset: fetch } = prototype;
  prototype.findLeaderForPartitions = function (topic, partitions): ByLeader {
    return Object.fromEntries(
      Object.entries(find.call(this, topic, partitions)).filter(([leader]) => leader !== nobody),
    );
  };
  prototype.fetchTopicsOffset = async function (topics): Promise<readonly Asked[]> {
    const found = await fetch.call(this, topics);
    const silent = topics.filter(({ topic }) => !found.some((one) => one.topic === topic)); // nobody leads any of it
    return [...found, ...silent.map(({ topic }) => ({ topic, partitions: [] }))];
  };
}
