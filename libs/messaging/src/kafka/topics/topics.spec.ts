import type { Admin } from 'kafkajs';
import { expect, it } from 'vitest';
import type { Cluster } from '../cluster.ts';
import { Topics } from './topics.ts';

const settings = { partitions: 4, replicas: 1, minInSyncReplicas: 1 };

/** A cluster of these topics, with three partitions each, and the names of those that are made. */
function clusterOf(...names: string[]) {
  const made: string[] = [];
  const admin = {
    listTopics: async () => [...names, ...made],
    createTopics: async ({ topics }: Parameters<Admin['createTopics']>[0]) => {
      made.push(...topics.map(({ topic }) => topic));
    },
    fetchTopicMetadata: async ({ topics }: { topics: string[] }) => ({
      topics: topics.map((name) => ({ name, partitions: [{}, {}, {}] })),
    }),
  };
  const ask: Cluster['ask'] = (work) => work(admin as unknown as Admin);
  return { cluster: { ask } as Cluster, made };
}

it('makes a topic that is missing', async () => {
  const { cluster, made } = clusterOf();
  expect(await new Topics(cluster, settings).count('plan.events')).toBe(3);
  expect(made).toContain('plan.events');
});

it('makes none for who only reads: a missing topic has no partitions, the others have theirs', async () => {
  const { cluster, made } = clusterOf('task.requests');
  const topics = new Topics(cluster, settings, true);
  expect([await topics.count('plan.events'), await topics.count('task.requests')]).toEqual([0, 3]);
  expect(made).toEqual([]);
});
