/**
 * Questions to the cluster that Kafka's client gives up too early: the leader of a partition or the coordinator of a group is just being found or has moved.
 * Promise: such an answer is asked for again, for some seconds; the client forgets what it knew of the cluster before, since it would not look again by itself.
 * One renewal serves all questions that wait for one: many are asked at once when a cluster is new.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { backOffMs } from '../back-off.ts';

const attempts = 8;
const times = { firstMs: 50, mostMs: 2_000 };

/** The last one of each; told apart by identity. */
const renewals = new WeakMap<Admin, Promise<void>>();

export async function askCluster<T>(admin: Admin, question: (admin: Admin) => Promise<T>): Promise<T> {
  for (let failures = 0; ;) {
    const before = renewals.get(admin);
    await before?.catch(() => {}); // whoever began it is told; the question shows what came of it
    try {
      return await question(admin);
    } catch (error) {
      if (!isPassing(error)) throw error;
      // Another question has renewed meanwhile, which broke this one off: it has not been answered at all.
      if (renewals.get(admin) !== before) continue;
      failures += 1;
      if (failures === attempts) throw error;
      await wait(backOffMs(times, failures));
      if (renewals.get(admin) === before) await renew(admin);
    }
  }
}

/** Questions that are under way meanwhile fail, and are asked again. */
function renew(admin: Admin): Promise<void> {
  const renewal = admin.disconnect().then(() => admin.connect());
  renewals.set(admin, renewal);
  return renewal;
}

function isPassing(error: unknown): boolean {
  const { retriable, name } = error as { retriable?: boolean; name?: string };
  return retriable === true || name === 'KafkaJSConnectionClosedError' || name === 'KafkaJSTopicMetadataNotLoaded';
}
