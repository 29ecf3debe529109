import type { Admin } from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Cluster, type ClusterOptions } from './cluster.ts';

/** Counts how often the cluster was looked at afresh, and how many clients are connected. */
function countingCluster(options?: ClusterOptions) {
  const seen = { clients: 0, connected: 0 };
  const cluster = new Cluster(() => {
    seen.clients += 1;
    return {
      connect: async () => void (seen.connected += 1),
      disconnect: async () => void (seen.connected -= 1),
    } as unknown as Admin;
  }, options);
  return { cluster, seen };
}

const passing = () => Object.assign(new Error('no leader'), { retriable: true });

it('asks again with fresh knowledge when a leader is just being found', async () => {
  const { cluster, seen } = countingCluster();
  let asked = 0;
  const answer = await cluster.ask(async () => {
    asked += 1;
    if (asked < 3) throw passing();
    return 'there';
  });
  expect(answer).toBe('there');
  expect(seen).toEqual({ clients: 3, connected: 1 });
});

it('asks again when the client takes apart an answer that no broker gave', async () => {
  const { cluster, seen } = countingCluster();
  const answers = [null, { topicMetadata: ['plan.events'] }];
  expect(await cluster.ask(async () => answers.shift()!.topicMetadata)).toEqual(['plan.events']);
  expect(seen).toEqual({ clients: 2, connected: 1 });
});

it('passes on what will not pass', async () => {
  const { cluster, seen } = countingCluster();
  const refused = Object.assign(new Error('not authorised'), { retriable: false });
  await expect(cluster.ask(() => Promise.reject(refused))).rejects.toBe(refused);
  expect(seen.clients).toBe(1);
});

it('breaks off nobody’s question when another is asked afresh, and keeps no client that nobody needs', async () => {
  const { cluster, seen } = countingCluster();
  const slow = Promise.withResolvers<string>();
  const slowAnswer = cluster.ask(() => slow.promise);
  let isFirst = true;
  await cluster.ask(async () => {
    if (!isFirst) return;
    isFirst = false;
    throw passing();
  });
  expect(seen).toEqual({ clients: 2, connected: 2 });
  slow.resolve('there');
  expect(await slowAnswer).toBe('there');
  expect(seen).toEqual({ clients: 2, connected: 1 });
});

it('is looked at afresh once for all who fail together', async () => {
  const { cluster, seen } = countingCluster();
  const asking = Array.from({ length: 20 }, () => {
    let isFirst = true;
    return cluster.ask(async () => {
      if (!isFirst) return 'there';
      isFirst = false;
      throw passing();
    });
  });
  expect(new Set(await Promise.all(asking))).toEqual(new Set(['there']));
  expect(seen).toEqual({ clients: 2, connected: 1 });
});

it('tells who asks that no broker answers, and tries again for the next', async () => {
  const unreachable = Object.assign(new Error('unreachable'), { retriable: false });
  let isReachable = false;
  const cluster = new Cluster(
    () =>
      ({
        connect: () => (isReachable ? Promise.resolve() : Promise.reject(unreachable)),
        disconnect: () => Promise.resolve(),
      }) as unknown as Admin,
  );
  await expect(cluster.ask(async () => 'there')).rejects.toBe(unreachable);
  isReachable = true;
  expect(await cluster.ask(async () => 'there')).toBe('there');
});

it('asks another client after one that failed for good', async () => {
  const { cluster, seen } = countingCluster();
  await expect(cluster.ask(() => Promise.reject(new Error('retries exceeded')))).rejects.toThrow('retries exceeded');
  expect(await cluster.ask(async () => 'there')).toBe('there');
  expect(seen).toEqual({ clients: 2, connected: 1 });
});

it('gives up an answer that does not come, and asks another client', async () => {
  const late: string[] = [];
  const { cluster, seen } = countingCluster({ patienceMs: 20, onLate: ({ message }) => late.push(message) });
  const never = Promise.withResolvers<string>();
  let asked = 0;
  expect(await cluster.ask(() => (asked++ === 0 ? never.promise : Promise.resolve('there')))).toBe('there');
  expect(seen).toEqual({ clients: 2, connected: 2 });
  expect(late).toEqual(['Kafka has not answered a question within 20 ms; it is asked again']);
  never.resolve('late');
  await expect.poll(() => seen.connected).toBe(1); // what was given up keeps its client for as long as it lasts
});

it('waits for the first answer for a short time, for each one after it longer, and for none for ever', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const late: string[] = [];
  const { cluster } = countingCluster({ onLate: ({ message }) => late.push(/within (\d+)/.exec(message)![1]!) });
  let asked = 0;
  const answer = cluster.ask(() => ((asked += 1) < 6 ? new Promise<string>(() => {}) : Promise.resolve('there')));
  await vi.advanceTimersByTimeAsync(300_000);
  expect([await answer, late]).toEqual(['there', ['5000', '10000', '20000', '35000', '35000']]);
});

it('gives up a client that does not come to be connected', async () => {
  let clients = 0;
  const cluster = new Cluster(
    () =>
      ({
        connect: () => (clients++ === 0 ? new Promise(() => {}) : Promise.resolve()),
        disconnect: () => Promise.resolve(),
      }) as unknown as Admin,
    { patienceMs: 20 },
  );
  expect(await cluster.ask(async () => 'there')).toBe('there');
});

it('does not wait for a client that is let go', async () => {
  const hanging = { connect: async () => {}, disconnect: () => new Promise(() => {}) } as unknown as Admin;
  const failing = { connect: async () => {}, disconnect: () => Promise.reject(new Error('gone')) } as unknown as Admin;
  const clients = [hanging, failing, hanging];
  const cluster = new Cluster(() => clients.shift()!);
  let asked = 0;
  const answer = await cluster.ask(async () => {
    asked += 1;
    if (asked < 3) throw passing();
    return 'there';
  });
  expect(answer).toBe('there');
});

it('keeps no client for what is asked, or still under way, after its end', async () => {
  const open = new Set<object>();
  const cluster = new Cluster(() => {
    const admin = { connect: async () => void open.add(admin), disconnect: async () => void open.delete(admin) };
    return admin as unknown as Admin;
  });
  const slow = Promise.withResolvers<string>();
  const slowAnswer = cluster.ask(() => slow.promise);
  await cluster.close();
  expect(open.size).toBe(1); // its question would be broken off
  expect(await cluster.ask(async () => 'there')).toBe('there');
  slow.resolve('there too');
  expect(await slowAnswer).toBe('there too');
  expect(open.size).toBe(0);
});

it('asks nothing again after its end', async () => {
  const { cluster, seen } = countingCluster();
  const first = Promise.withResolvers<never>();
  const asking = cluster.ask(() => first.promise);
  await cluster.close();
  first.reject(passing());
  await expect(asking).rejects.toThrow('no leader');
  expect(seen).toEqual({ clients: 1, connected: 0 });
});
