/**
 * Questions to the cluster that Kafka's client gives up too early: the leader of a partition or the coordinator of a group is just being found or has moved.
 * Promise: such an answer is asked for again, for some seconds; the client forgets what it knew of the cluster before, since it would not look again by itself.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { backOffMs } from '../back-off.ts';

const attempts = 8;
const times = { firstMs: 50, mostMs: 2_000 };

const renewing = new WeakMap<Admin, Promise<void>>();

export async function askCluster<T>(admin: Admin, question: (admin: Admin) => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      await renewing.get(admin);
      return await question(admin);
    } catch (error) {
      if (failures === attempts || !isPassing(error)) throw error;
      await wait(backOffMs(times, failures));
      await renew(admin);
    }
  }
}

/** One at a time: questions that are under way meanwhile fail, and are asked again. */
function renew(admin: Admin): Promise<void> {
  const running = renewing.get(admin);
  if (running) return running;
  const fresh = admin
    .disconnect()
    .then(() => admin.connect())
    .finally(() => renewing.delete(admin));
  renewing.set(admin, fresh);
  return fresh;
}

function isPassing(error: unknown): boolean {
  const { retriable, name } = error as { retriable?: boolean; name?: string };
  return retriable === true || name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSTopicMetadataNotLoaded';
}
