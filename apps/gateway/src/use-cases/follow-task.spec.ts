import { InMemoryMessageLog, ManualClock, quiet } from '@waybill/testing';
import { PlatformError } from '@waybill/contracts';
import { describe, expect, it } from 'vitest';
import { LiveTasks } from '../domain/live-tasks.ts';
import type { ReadModel, StoredTask } from '../ports/read-model.ts';
import { FollowTask } from './follow-task.ts';
import { FreshReads } from './fresh-reads.ts';
import { ReadTasks } from './read-tasks.ts';
import type { StreamSink } from './task-stream.ts';

const taskId = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
const text = (seq: number, type: string): string => JSON.stringify({ seq, type, time: 't', data: {} });

class Client implements StreamSink {
  readonly writes: string[] = [];
  state = 'waiting';
  begin(): void {
    this.state = 'open';
  }
  write(frames: string): boolean {
    this.writes.push(frames);
    return true;
  }
  end(frames: string): void {
    this.writes.push(frames);
    this.state = 'ended';
  }
  cut(): void {
    this.state = 'cut';
  }
}

interface Stored {
  readonly maxBytes?: number;
  readonly stored?: StoredTask;
  readonly eventsAfter?: ReadModel['eventsAfter'];
}

function setUp(isStuck = false, { maxBytes = 1e6, stored, eventsAfter = () => Promise.resolve([]) }: Stored = {}) {
  const clock = new ManualClock();
  const log = new InMemoryMessageLog({ clock });
  const live = new LiveTasks(maxBytes);
  const timeout = new PlatformError('timeout');
  const reader = { waitFor: () => (isStuck ? Promise.reject(timeout) : Promise.resolve()) };
  const fresh = new FreshReads({ log, reader, clock, patienceMs: 10 });
  const model = {
    findTask: () => Promise.resolve(stored),
    eventsAfter,
  } as unknown as ReadModel;
  const reads = new ReadTasks(live, model, fresh, clock);
  const follow = new FollowTask({
    log,
    clock,
    live,
    model,
    reads,
    fresh,
    heartbeatMs: 15_000,
    stallMs: 1_000,
    onHole: () => undefined,
    partitionOf: () => 0,
  });
  const add = (seq: number, type = 'StepDispatched'): void => {
    live.apply(taskId, type, text(seq, type));
    follow.flushEnding();
  };
  return { clock, log, live, follow, reads, add };
}
const start = { after: 0, tokens: false };

describe('streams', () => {
  it('gather for a few milliseconds what comes, and open when nothing does', async () => {
    const { clock, follow, add, live } = setUp();
    live.submit(taskId, '{}');
    const client = new Client();
    await follow.open(taskId, start, client);
    clock.advance(4);
    expect(client.state).toBe('open');
    add(1);
    add(2);
    expect(client.writes).toEqual([]);
    clock.advance(4);
    expect(client.writes).toHaveLength(1);
  });

  it('gather for longer when there are many of them', async () => {
    const { clock, follow, add } = setUp();
    add(1);
    const clients = Array.from({ length: 150 }, () => new Client());
    for (const client of clients) await follow.open(taskId, start, client);
    clock.advance(4);
    add(2);
    clock.advance(99);
    expect(clients[149]!.writes).toHaveLength(1);
    clock.advance(1);
    expect(clients[149]!.writes).toHaveLength(2);
  });

  it('are told of the end at once, and leave nothing behind', async () => {
    const { clock, follow, add } = setUp();
    add(1);
    const client = new Client();
    await follow.open(taskId, start, client);
    add(2, 'TaskCompleted');
    expect([client.state, client.writes.length, follow.openStreams]).toEqual(['ended', 1, 0]);
    clock.advance(1_000);
    expect(clock.nextInMs).toBeUndefined();
  });

  it('beat together every 15 seconds', async () => {
    const { clock, follow, add } = setUp();
    add(1);
    const clients = [new Client(), new Client()];
    for (const client of clients) await follow.open(taskId, start, client);
    clock.advance(45_000);
    for (const client of clients) expect(client.writes.filter((frames) => frames.startsWith(':'))).toHaveLength(3);
    follow.close();
    expect([clients[0]!.state, follow.openStreams, clock.nextInMs]).toEqual(['cut', 0, undefined]);
  });

  it('look into the store a hundred at a time, however many of them are quiet', async () => {
    let looks = 0;
    const eventsAfter = () => {
      looks += 1;
      return Promise.resolve([]);
    };
    const { clock, follow, add } = setUp(false, { eventsAfter });
    add(1);
    for (let left = 150; left > 0; left -= 1) await follow.open(taskId, start, new Client());
    const seen: number[] = [];
    for (let beat = 1; beat <= 3; beat += 1) {
      clock.advance(15_000);
      await quiet();
      seen.push(looks);
    }
    expect(seen).toEqual([100, 200, 250]);
  });

  it('are not opened any more by who asked before the service stops', async () => {
    const { follow, add } = setUp();
    add(1);
    const opening = follow.open(taskId, start, new Client());
    follow.close();
    await expect(opening).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    expect(follow.openStreams).toBe(0);
  });

  it('see the end of a task that was put out of memory while they were opened', async () => {
    const { clock, follow, add, live } = setUp(false, { maxBytes: 10_000 });
    add(1);
    const client = new Client();
    const opening = follow.open(taskId, { after: 1, tokens: false }, client);
    for (let n = 0; n < 100; n += 1) live.apply(`t${n}`, 'StepDispatched', text(1, 'StepDispatched'));
    await opening;
    clock.advance(4);
    await quiet();
    add(2, 'TaskCompleted');
    expect(client.state).toBe('ended');
  });

  it('go on where another instance has stopped, also when the tail is behind the read model', async () => {
    const { follow, add } = setUp(false, { stored: { taskId, status: 'running', lastSeq: 2 } });
    add(1);
    const client = new Client();
    await follow.open(taskId, { after: 2, tokens: false }, client);
    add(2);
    add(3, 'TaskCompleted');
    expect(client.writes.join('').match(/^id: .*$/gm)).toEqual(['id: 3']);
  });

  it.each([
    ['long before they were opened', 60_000],
    ['just before', 0],
  ])(
    'end for a task that had ended and was put out of memory, though its first events came again %s',
    async (_, age) => {
      const texts = [1, 2, 3, 4].map((seq) => text(seq, seq === 4 ? 'TaskCompleted' : 'A'));
      const { clock, follow, live } = setUp(false, {
        stored: { taskId, status: 'completed', lastSeq: 4 },
        eventsAfter: (_id, seq) => Promise.resolve(texts.slice(seq)),
      });
      const time = new Date(clock.now() - age).toISOString();
      for (const seq of [1, 2, 3]) live.apply(taskId, 'A', JSON.stringify({ seq, type: 'A', time, data: {} }));
      const client = new Client();
      await follow.open(taskId, start, client);
      for (const ms of [4, 14_996]) {
        clock.advance(ms);
        await quiet();
      }
      const ids = client.writes.join('').match(/^id: .*$/gm);
      expect([client.state, ids]).toEqual(['ended', ['id: 1', 'id: 2', 'id: 3', 'id: 4']]);
      expect([live.size, follow.openStreams, clock.nextInMs]).toEqual([age === 0 ? 1 : 0, 0, undefined]);
      const held = live.find(taskId);
      expect(held === undefined || live.isBehind(held)).toBe(true);
    },
  );

  it('are read from the store piece by piece, as much as they are sent at once', async () => {
    const pieces = [[text(1, 'StepDispatched')], [text(2, 'TaskCompleted')]];
    const asked: number[] = [];
    const { clock, follow } = setUp(false, {
      stored: { taskId, status: 'completed', lastSeq: 2 },
      eventsAfter: (_, seq, _limit, maxChars) => {
        asked.push(maxChars);
        return Promise.resolve(pieces[seq]!);
      },
    });
    const client = new Client();
    await follow.open(taskId, start, client);
    clock.advance(4);
    await quiet();
    expect([client.state, asked]).toEqual(['ended', [follow.sliceChars, follow.sliceChars]]);
    expect(follow.sliceChars).toBeLessThan(1_000_000);
  });

  it('do not open beyond what the task has', async () => {
    const { follow, add } = setUp();
    add(1);
    await expect(follow.open(taskId, { after: 2, tokens: false }, new Client())).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });

  it('believes the place of a token while the log does not say where it ends', async () => {
    const { clock, log, follow, add } = setUp();
    add(1, 'TaskAccepted');
    log.endOffsets = () => new Promise(() => {});
    const opening = follow.open(taskId, { after: 1, tokens: true, tokenOffset: 7 }, new Client());
    await quiet();
    clock.advance(10);
    expect(await opening).not.toBe('over');
    follow.close();
  });
});

describe('a read that cannot be fresh in time', () => {
  it('is unavailable, and never says that there is nothing', async () => {
    const { reads } = setUp(true);
    await expect(reads.view(taskId)).rejects.toMatchObject({ code: 'unavailable', retryAfterMs: 1_000 });
    await quiet();
  });
});
