import { expect, it, onTestFinished, vi } from 'vitest';
import { Pauses } from '../../back-off.ts';
import type { GroupCluster } from '../client/group-cluster.ts';
import { missingTopic } from './known-topics.ts';

/** Known from the given look on; counts looks. */
function clusterThatKnows(from: number) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const seen = { looks: 0 };
  const targetTopics = new Set<string>();
  const look = async (): Promise<void> => void (seen.looks += 1);
  const cluster = {
    targetTopics,
    addMultipleTargetTopics: (topics: readonly string[]) => {
      for (const topic of topics) targetTopics.add(topic);
      return look();
    },
    refreshMetadata: look,
    findTopicPartitionMetadata: () => (seen.looks >= from ? [{ partitionId: 0 }] : []),
  } as unknown as GroupCluster;
  return { cluster, seen };
}

const asking = (isUnwanted: () => boolean) => ({ attempts: 10, rests: new Pauses(), isUnwanted });
const topics = ['document.requests'];

it('looks again while a broker does not know yet of a topic that was just made', async () => {
  const { cluster, seen } = clusterThatKnows(3);
  const missing = missingTopic(
    cluster,
    topics,
    asking(() => false),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  expect([await missing, seen.looks]).toEqual([undefined, 3]);
});

it('says which one is not there after so many looks, and looks no more once nobody wants to know', async () => {
  const { cluster, seen } = clusterThatKnows(Infinity);
  const missing = missingTopic(
    cluster,
    topics,
    asking(() => false),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  expect([await missing, seen.looks]).toEqual(['document.requests', 10]);
  expect([
    await missingTopic(
      cluster,
      topics,
      asking(() => true),
    ),
    seen.looks,
  ]).toEqual([undefined, 10]);
});

it('waits for no further look once nobody wants to know', async () => {
  const { cluster, seen } = clusterThatKnows(Infinity);
  const missing = missingTopic(
    cluster,
    topics,
    asking(() => seen.looks > 0),
  );
  await vi.advanceTimersByTimeAsync(0);
  expect([await missing, vi.getTimerCount()]).toEqual([undefined, 0]);
});
