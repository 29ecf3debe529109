/** The client shares a look at the cluster that is under way with whoever asks for one, though it began before that one's topics were known. */
import { createRequire } from 'node:module';
import type { Assignment } from 'kafkajs';
import { expect, it } from 'vitest';
import './client.ts';
import { Pauses } from '../../back-off.ts';
import { assignmentIn, protocolOf } from '../group/co-partitioning.ts';
import { dealOut } from '../group/generation.ts';
import type { ClientCluster } from './client-cluster.ts';
import type { GroupCluster } from './group-cluster.ts';

interface Played extends Omit<ClientCluster, 'brokerPool'> {
  brokerPool: object;
}
const require = createRequire(import.meta.url);
const Clients = require('kafkajs/src/cluster/index.js') as new (options: object) => Played;
const logger: object = { namespace: () => logger, debug() {}, error() {}, info() {}, warn() {} };

/** The client's view of a cluster whose topics have two partitions each; each look takes until it is let go. */
function looking() {
  const looks: (() => void)[] = [];
  const pool = {
    metadata: undefined as object | undefined,
    isExpired: false,
    connect: async () => {},
    disconnect: async () => {},
    refreshMetadata: async (topics: readonly string[]) => {
      await new Promise<void>((resolve) => looks.push(resolve));
      const partitionMetadata = [0, 1].map((partitionId) => ({ partitionId, leader: 1 }));
      pool.metadata = { topicMetadata: topics.map((topic) => ({ topic, partitionMetadata })) };
    },
    refreshMetadataIfNecessary: async (topics: readonly string[]) => {
      if (pool.isExpired) await pool.refreshMetadata(topics);
    },
  };
  const client = new Clients({ logger, brokers: [], retry: {} });
  client.brokerPool = pool;
  return { client, pool, looks };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Those that began last end first. */
async function letAllLook(looks: (() => void)[], until: Promise<unknown>): Promise<void> {
  let isOver = false;
  void until.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  for (; !isOver; await turn()) looks.pop()?.();
}

it('a leader assigns the partitions of topics that others read', async () => {
  const { client, looks } = looking();
  const own = client.addMultipleTargetTopics(['tasks.a']);
  await letAllLook(looks, own);
  void client.refreshMetadata(); // of the leader's own topics
  const memberMetadata = protocolOf(['tasks.b']).metadata;
  const dealing = dealOut(
    { cluster: client as unknown as GroupCluster, sessionTimeoutMs: 6_000 },
    { memberId: 'm', leaderId: 'm', generationId: 1, members: [{ memberId: 'm', memberMetadata }] },
    { rests: new Pauses(), isUnwanted: () => false },
  );
  await letAllLook(looks, dealing);
  const { assignments } = await dealing;
  expect(assignmentIn(assignments[0]!.memberAssignment)).toEqual<Assignment>({ 'tasks.b': [0, 1] });
});

it('who waits for a look that is under way only where the last one is too old finds its topics too', async () => {
  const { client, pool, looks } = looking();
  await letAllLook(looks, client.addMultipleTargetTopics(['tasks.a']));
  pool.isExpired = true;
  void client.refreshMetadataIfNecessary();
  void client.addMultipleTargetTopics(['tasks.b']).catch(() => {});
  await turn();
  const looked = client.refreshMetadataIfNecessary();
  await letAllLook(looks, looked);
  expect(JSON.stringify(pool.metadata)).toContain('tasks.b');
});
