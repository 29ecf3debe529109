/** Looking for the coordinator in a cluster of which a broker is frozen: it takes connections, and answers nothing. */
import { expect, it, onTestFinished, vi } from 'vitest';
import type { GroupBroker, GroupCluster } from '../client/group-cluster.ts';
import { Coordinator, unlessSilent } from './coordinator.ts';

const patienceMs = 6_000;
type Does = 'answers' | 'connects to nobody' | 'answers nothing';

/** `brokers`: what each does, by number; who answers names `coordinator`. */
function clusterOf(brokers: Readonly<Record<number, Does>>, coordinator: number) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  vi.spyOn(Math, 'random').mockReturnValue(0); // they stay in their order
  onTestFinished(() => void vi.restoreAllMocks());
  const seen = { asked: [] as number[], brokenOff: [] as number[], looks: 0, connects: 0, coordinator };
  const all: Record<string, GroupBroker> = {};
  for (const [number, does] of Object.entries(brokers)) {
    const nodeId = Number(number);
    const socket = { bytesRead: 0, destroy: () => void seen.brokenOff.push(nodeId) };
    all[number] = {
      isConnected: () => does === 'answers nothing',
      connectionPool: { pool: [{ socket }] },
      findGroupCoordinator: () => {
        seen.asked.push(nodeId);
        return does === 'answers' ? { coordinator: { nodeId: seen.coordinator } } : new Promise(() => {});
      },
    } as unknown as GroupBroker;
  }
  const cluster = {
    brokerPool: { brokers: all },
    isConnected: () => seen.connects > 0,
    connect: async () => void (seen.connects += 1),
    findBroker: ({ nodeId }: { nodeId: number }) =>
      brokers[nodeId] === 'connects to nobody' ? new Promise(() => {}) : Promise.resolve(all[nodeId]),
    refreshMetadata: () => {
      seen.looks += 1;
      return Promise.reject(new Error('no look'));
    },
  } as unknown as GroupCluster;
  return { cluster, seen, broker: (nodeId: number) => all[nodeId] };
}

/** Which broker, or why none. */
async function found(cluster: GroupCluster): Promise<unknown> {
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const finding = coordinator.find().catch((error: unknown) => String(error));
  await vi.advanceTimersByTimeAsync(patienceMs);
  return finding;
}

it('asks the next one when a broker cannot be reached in a moment', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'connects to nobody', 2: 'answers' }, 2);
  expect(await found(cluster)).toBe(broker(2));
  expect(seen.brokenOff).toEqual([1]);
});

it('asks the next one when a broker that is connected does not answer in a moment', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers nothing', 2: 'answers' }, 2);
  expect(await found(cluster)).toBe(broker(2));
  expect(seen).toMatchObject({ asked: [1, 2], brokenOff: [1] });
});

it('asks several beside each other where none is connected and most cannot be reached, from any of them on', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'connects to nobody', 2: 'connects to nobody', 3: 'answers' }, 3);
  expect(await found(cluster)).toBe(broker(3));
  expect(new Set(seen.brokenOff)).toEqual(new Set([1, 2]));
  vi.mocked(Math.random).mockReturnValue(0.7);
  seen.brokenOff.length = 0;
  expect(await found(cluster)).toBe(broker(3));
  expect(seen.brokenOff).toEqual([]); // it was the first
});

it('asks again until another one is named than the one that cannot be reached', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers', 2: 'connects to nobody', 3: 'answers' }, 2);
  setTimeout(() => (seen.coordinator = 3), 1_700);
  expect(await found(cluster)).toBe(broker(3));
});

it('breaks off no connection but that of who does not answer, and asks nobody once its time is over', async () => {
  const { cluster, seen } = clusterOf({ 1: 'answers', 2: 'connects to nobody', 3: 'answers', 4: 'answers' }, 2);
  expect(await found(cluster)).toContain('no broker has named a coordinator of read-model within 6000 ms');
  const { length } = seen.asked;
  await vi.advanceTimersByTimeAsync(10 * patienceMs);
  expect(seen.asked).toHaveLength(length);
  expect(new Set(seen.brokenOff)).toEqual(new Set([2]));
  expect(vi.getTimerCount()).toBe(0);
});

it('looks for it once, whoever forgets it meanwhile, and anew when that is over', async () => {
  const { cluster, seen } = clusterOf({ 1: 'answers' }, 1);
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const first = coordinator.find();
  coordinator.forget();
  expect(coordinator.find()).toBe(first);
  await first;
  coordinator.forget();
  await coordinator.find();
  expect(seen.asked).toEqual([1, 1]);
});

it('asks nobody who is connected only when it is found', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers', 2: 'answers' }, 2);
  const connected = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  cluster.findBroker = async ({ nodeId }) => {
    if (seen.asked.length === 0) await connected[nodeId - 1]!.promise;
    return broker(nodeId)!;
  };
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const finding = coordinator.find();
  await vi.advanceTimersByTimeAsync(600);
  connected[0].resolve();
  expect(await finding).toBe(broker(2));
  let isClosed = false;
  const closed = coordinator.close().then(() => (isClosed = true));
  await vi.advanceTimersByTimeAsync(600);
  expect(isClosed).toBe(false); // one is still being connected
  connected[1].resolve();
  await closed;
  expect(seen.asked).toEqual([1]);
});

it('says why nobody told, not that it could not look again', async () => {
  const { cluster, seen } = clusterOf({}, 1);
  expect(await found(cluster)).toContain('no broker is known that could say who coordinates read-model');
  expect(seen).toMatchObject({ connects: 1, looks: 1 });
});

it('breaks off nobody who refuses to tell, and looks anew when it is asked again', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers' }, 1);
  const refusing = vi.spyOn(broker(1)!, 'findGroupCoordinator').mockRejectedValue(new Error('not available'));
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const finding = coordinator.find().catch(String);
  await vi.advanceTimersByTimeAsync(patienceMs);
  expect([await finding, seen.brokenOff]).toEqual(['Error: not available', []]);
  refusing.mockRestore();
  expect(await coordinator.find()).toBe(broker(1));
});

it('asks nobody, connects nobody and looks at nothing once it is closed', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers', 2: 'answers' }, 2);
  const told = Promise.withResolvers<{ coordinator: { nodeId: number } }>();
  broker(1)!.findGroupCoordinator = () => told.promise;
  const reaching = vi.spyOn(cluster, 'findBroker');
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const finding = coordinator.find().catch(String);
  await vi.advanceTimersByTimeAsync(0);
  const closed = coordinator.close();
  told.resolve({ coordinator: { nodeId: 2 } });
  await Promise.all([vi.advanceTimersByTimeAsync(patienceMs), closed, finding]);
  await expect(coordinator.find()).rejects.toThrow('aborted');
  expect(reaching.mock.calls).toEqual([[{ nodeId: 1 }]]);
  expect(seen).toMatchObject({ asked: [], looks: 0 });
});

it('breaks off who says nothing over any of its connections, and nobody else', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const answer = Promise.withResolvers<never>();
  const sockets = [0, 1].map(() => ({ bytesRead: 0, destroy: answer.reject }));
  const connectionPool = { pool: sockets.map((socket) => ({ socket })) } as unknown as GroupBroker['connectionPool'];
  const told = unlessSilent({ connectionPool }, 1_000, answer.promise).catch(String);
  for (const socket of sockets) {
    socket.bytesRead += 10;
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([await told, vi.getTimerCount()]).toEqual(['Error: nothing heard of the coordinator for 1000 ms', 0]);
});

it('does not break off who is only far away, and finds it connected with the next search', async () => {
  const { cluster, seen, broker } = clusterOf({ 1: 'answers' }, 1);
  const { promise: connected, resolve } = Promise.withResolvers<void>();
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = (of) => connected.then(() => findBroker(of));
  const { socket } = broker(1)!.connectionPool.pool[0]!;
  const shakingHands = setInterval(() => Object.assign(socket!, { bytesRead: socket!.bytesRead + 100 }), 1_600);
  setTimeout(() => {
    clearInterval(shakingHands);
    resolve();
  }, 9_600);
  const coordinator = new Coordinator({ cluster, groupId: 'read-model', sessionTimeoutMs: patienceMs });
  const first = coordinator.find().catch((error: unknown) => String(error));
  await vi.advanceTimersByTimeAsync(patienceMs);
  expect(await first).toContain('no broker has named a coordinator');
  const second = coordinator.find();
  await vi.advanceTimersByTimeAsync(patienceMs);
  expect(await second).toBe(broker(1));
  expect(seen.brokenOff).toEqual([]);
});
