/** A member whose handler takes long: it stays a member, and others get its partitions only afterwards. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { PlayedCluster } from '../../testing/played-cluster.ts';
import { joined, playedMember, until } from '../../testing/played-member.ts';
import type { GroupBroker } from '../client/group-cluster.ts';
import { Heartbeats } from './heartbeats.ts';

const sessionTimeoutMs = 600;

/** A member in whose handler a record of partition 1 is. */
async function handling() {
  const played = new PlayedCluster();
  const handler = Promise.withResolvers<void>();
  const begun: string[] = [];
  const onRecords = async ({ records }: { records: readonly { value: unknown }[] }): Promise<void> => {
    begun.push(...records.map(({ value }) => String(value)));
    if (begun.includes('slow')) await handler.promise;
  };
  const { member, happened } = playedMember(played, { onRecords }, { sessionTimeoutMs });
  await member.start();
  await until(() => happened.length === 2);
  played.append(1, 'slow');
  await until(() => begun.length === 1);
  const beats = async (): Promise<void> => {
    const { heartbeats } = played;
    await until(() => played.heartbeats >= heartbeats + 4);
    expect(played.heartbeats).toBeGreaterThanOrEqual(heartbeats + 4);
  };
  return { played, member, happened, begun, beats, end: handler.resolve };
}

it('sends its heartbeats while a handler runs', async () => {
  const { member, beats, end } = await handling();
  await beats();
  end();
  await member.leave();
}, 20_000);

it('joins anew when the handler has settled; meanwhile it stays a member and gets nothing', async () => {
  const { played, member, happened, begun, beats, end } = await handling();
  played.refused.heartbeat.push('REBALANCE_IN_PROGRESS');
  await until(() => played.refused.heartbeat.length === 0);
  played.append(0, 'too late');
  await beats();
  expect({ joins: played.joins, begun }).toEqual({ joins: 1, begun: ['slow'] });
  end();
  await until(() => played.joins === 2 && begun.length === 3);
  await member.leave();
  expect(happened.filter((what) => what.endsWith('1'))).toEqual(['assigned 1', 'revoked 1', 'assigned 1', 'revoked 1']);
  expect(begun.toSorted()).toEqual(['slow', 'slow', 'too late']);
}, 20_000);

it('waits for no heartbeat that is due much later when it is left', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs: 60_000 });
  await until(() => played.heartbeats > 0);
  const { heartbeats } = played;
  await member.leave();
  expect({ leaves: played.leaves, heartbeats: played.heartbeats }).toEqual({ leaves: 1, heartbeats });
}, 20_000);

it('joins anew when it sees that its topic has got partitions', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs });
  played.dealt = [0, 1]; // the others get them
  played.whileLooking = async () => void (played.count = 3);
  await until(() => played.joins === 2);
  const { heartbeats } = played;
  await until(() => played.heartbeats >= heartbeats + 4);
  await member.leave();
  expect(played.joins).toBe(2);
}, 20_000);

it('sends its heartbeats while no look at the cluster is answered, and does nothing between them', async () => {
  const played = new PlayedCluster();
  const { member } = await joined(played, { sessionTimeoutMs });
  played.whileLooking = () => new Promise(() => {});
  await until(() => played.heartbeats > 0);
  const { heartbeats, rounds } = played;
  await until(() => played.heartbeats >= heartbeats + 4);
  const [beats, went] = [played.heartbeats - heartbeats, played.rounds - rounds];
  await member.leave();
  expect(beats).toBeGreaterThanOrEqual(4);
  expect(went).toBeLessThanOrEqual(3 * beats); // a timer may come a moment early
}, 20_000);

function heartbeatsOf(beat: () => Promise<void>, findMs = 0, destroy = (_why: Error): void => {}) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const seen = { forgotten: 0 };
  const broker = { connectionPool: { pool: [{ socket: { destroy } }] }, heartbeat: beat } as unknown as GroupBroker;
  const find = async (): Promise<GroupBroker> => {
    if (findMs > 0) await new Promise((resolve) => setTimeout(resolve, findMs));
    return broker;
  };
  const heartbeats = new Heartbeats(
    { memberId: 'm', generationId: 1, assignment: {}, counts: new Map() },
    {
      groupId: 'read-model',
      sessionTimeoutMs: 4_000,
      coordinator: { find, forget: () => void (seen.forgotten += 1) },
      isOutdated: () => false,
      onHeard: () => {},
    },
  );
  return { heartbeats, seen };
}

it('stays a member for a handler as long as the group waits for one, and no longer', async () => {
  const handler = Promise.withResolvers<void>();
  let beats = 0;
  const { heartbeats, seen } = heartbeatsOf(async () => {
    beats += 1;
    throw Object.assign(new Error('others join'), { type: 'REBALANCE_IN_PROGRESS' });
  });
  const handedBack = heartbeats.meanwhile(handler.promise);
  await vi.advanceTimersByTimeAsync(20_000);
  expect({ beats, ...seen }).toEqual({ beats: 25, forgotten: 0 });
  await vi.advanceTimersByTimeAsync(100_000);
  expect(beats).toBe(37);
  handler.resolve();
  await handedBack;
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves no timer when the handler has settled at once, and asks nobody for anything once it is stopped', async () => {
  const handler = Promise.withResolvers<void>();
  let beats = 0;
  const { heartbeats } = heartbeatsOf(async () => void (beats += 1));
  await heartbeats.meanwhile(Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
  const handedBack = heartbeats.meanwhile(handler.promise);
  heartbeats.stop();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(beats).toBe(0);
  handler.resolve();
  await handedBack;
});

it('sends no heartbeat for a handler while the last one is not answered, and looks for another coordinator where one fails', async () => {
  const handler = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let beats = 0;
  const { heartbeats, seen } = heartbeatsOf(() => {
    beats += 1;
    return answer.promise;
  });
  const handedBack = heartbeats.meanwhile(handler.promise);
  await vi.advanceTimersByTimeAsync(8_000);
  expect({ beats, ...seen }).toEqual({ beats: 1, forgotten: 0 });
  answer.reject(Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' }));
  await vi.advanceTimersByTimeAsync(800);
  expect({ beats, ...seen }).toEqual({ beats: 2, forgotten: 2 });
  handler.resolve();
  await handedBack;
});

it('repeats a heartbeat that failed soon, to the coordinator that there is then, and the next one is due as usual', async () => {
  let beats = 0;
  const { heartbeats, seen } = heartbeatsOf(async () => {
    beats += 1;
    if (beats === 1) throw Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
  });
  const over = heartbeats.untilOver();
  await vi.advanceTimersByTimeAsync(900);
  expect({ beats, ...seen }).toEqual({ beats: 2, forgotten: 1 });
  await vi.advanceTimersByTimeAsync(740);
  expect(beats).toBe(2);
  await vi.advanceTimersByTimeAsync(70);
  expect(beats).toBe(3);
  heartbeats.stop();
  await over;
});

it('is a member no longer than for a session, though the coordinator that says nothing was found late', async () => {
  const silence = Promise.withResolvers<void>();
  const { heartbeats } = heartbeatsOf(() => silence.promise, 3_000, silence.reject);
  const over = heartbeats.untilOver().catch((error: unknown) => error);
  let why: unknown;
  void over.then((error) => (why = error));
  await vi.advanceTimersByTimeAsync(4_100);
  expect(String(why)).toContain('has answered for 4000 ms');
});
