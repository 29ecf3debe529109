/**
 * Where a position lies outside its log the client commits "from the start" for the whole group, and reads from there. It does so too with a position that it only
 * believes in until it is told where to begin: what the group had committed is gone then, and a log that was shortened is read from its start as if nothing were missing.
 * Promise: the client reads on from the oldest record that is there, and commits nothing by itself.
 */
import { clientClass } from './client-class.ts';

interface Place {
  readonly topic: string;
  readonly partition: number;
}
interface Found {
  readonly partitions: readonly { readonly offset: string }[];
}

/** The client's class, as far as it is changed. */
export interface ConsumerGroup {
  readonly cluster: {
    fetchTopicsOffset(asked: readonly object[]): Promise<readonly Found[]>;
  };
  readonly offsetManager: { resolveOffset(last: Place & { readonly offset: string }): void };
  recoverFromOffsetOutOfRange: (this: ConsumerGroup, place: Place) => Promise<void>;
}

/** In the process's one copy of the client, from now on. */
export function keepCommits({ prototype } = clientClass<ConsumerGroup>('consumer/consumerGroup.js')): void {
  prototype.recoverFromOffsetOutOfRange = async function ({ topic, partition }): Promise<void> {
    const { cluster, offsetManager } = this;
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: true }]);
    const oldest = BigInt(found!.partitions[0]!.offset);
    offsetManager.resolveOffset({ topic, partition, offset: String(oldest - 1n) });
  };
}
