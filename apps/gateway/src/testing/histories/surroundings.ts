/** What a simulated gateway stands in: a log, a database and a clock, each late and failing as the seed says. */
import { PlatformError } from '@waybill/contracts';
import type { Clock, GroupMembership, MessageLog } from '@waybill/messaging';
import type { InMemoryMessageLog, SeededRandom, Timeline } from '@waybill/testing';
import type { ReadModel } from '../../ports/read-model.ts';
import type { SqlSession } from '../../adapters/typeorm/sql-session.ts';

/** For so long a process may stand still before it writes: others have taken over by then. */
const frozenMs = 5_000;

export interface Circumstances {
  readonly gateways: number;
  readonly partitions: number;
  readonly liveBytes: number;
  readonly tasks: number;
  readonly followers: number;
  /** Between two pieces of one task. */
  readonly paceMs: number;
  readonly tailMs: number;
  readonly storeMs: number;
  readonly gatherMs: number;
  readonly again: number;
  readonly faults: number;
  readonly isLong: boolean;
}

export function circumstancesOf(random: SeededRandom): Circumstances {
  return {
    gateways: random.chance(0.7) ? 2 : 1,
    partitions: random.int(1, 3),
    liveBytes: random.pick([1_500, 6_000, 30_000, 2_000_000]),
    tasks: random.int(1, 12),
    followers: random.int(1, 3),
    paceMs: random.pick([2, 50, 1_000, 6_000]),
    tailMs: random.pick([0, 5, 200, 3_000]),
    storeMs: random.pick([0, 5, 100]),
    gatherMs: random.pick([0, 50, 1_000]),
    again: random.pick([0, 0.05, 0.3]),
    faults: random.pick([0, 0, 0.02, 0.1]),
    isLong: random.chance(0.03),
  };
}

export class Surroundings {
  readonly clock: Clock;
  /** They end, so that what they have left can be mended. */
  hasFaults = true;

  constructor(
    readonly timeline: Timeline,
    readonly random: SeededRandom,
    readonly log: InMemoryMessageLog,
    readonly circumstances: Circumstances,
  ) {
    this.clock = { now: () => Math.floor(timeline.now), after: (ms, work) => timeline.after(ms, work) };
  }

  pause(mostMs: number): Promise<void> {
    if (mostMs === 0) return Promise.resolve();
    return new Promise((resolve) => this.timeline.after(this.random.between(0, mostMs), resolve));
  }

  fails(): boolean {
    return this.hasFaults && this.random.chance(this.circumstances.faults);
  }

  /** As one process sees it; `onJoin` learns of its memberships. */
  logOf(isDead: () => boolean, onJoin: (membership: GroupMembership) => void): MessageLog {
    const { log, circumstances } = this;
    return {
      append: async (messages) => {
        await this.pause(circumstances.storeMs);
        if (this.fails()) throw new PlatformError('log_unavailable');
        const positions = await log.append(messages);
        await this.pause(circumstances.tailMs);
        if (this.fails()) throw new PlatformError('log_unavailable');
        return positions;
      },
      partitions: (topic) => log.partitions(topic),
      endOffsets: async (topic) => {
        await this.pause(circumstances.storeMs);
        const ends = await log.endOffsets(topic);
        await this.pause(circumstances.storeMs);
        return ends;
      },
      join: async (options) => {
        const membership = await log.join(options);
        onJoin(membership);
        return membership;
      },
      tail: (options) =>
        log.tail({
          ...options,
          onRecords: async (batch) => {
            await this.pause(circumstances.tailMs);
            if (!isDead()) await options.onRecords(batch);
          },
        }),
      close: () => Promise.resolve(),
    };
  }

  /** What a process that has died did not send yet is never done, unless it is only cut off. */
  sqlOf(sql: SqlSession, isDead: () => boolean): SqlSession {
    return {
      transact: async (statements) => {
        await this.pause(this.fails() ? frozenMs : this.circumstances.storeMs);
        if (isDead() || this.fails()) throw new Error('the database is away');
        await sql.transact(statements);
        await this.pause(this.circumstances.storeMs);
        if (this.fails()) throw new Error('the database does not answer');
      },
      all: async (text, params) => {
        await this.pause(this.circumstances.storeMs);
        if (this.fails()) throw new Error('the database is away');
        return sql.all(text, params);
      },
      close: () => Promise.resolve(),
    };
  }

  modelOf(model: ReadModel): ReadModel {
    const slow =
      <Args extends unknown[], Answer>(read: (...args: Args) => Promise<Answer>) =>
      async (...args: Args): Promise<Answer> => {
        await this.pause(this.circumstances.storeMs);
        if (this.fails()) throw new Error('the database is away');
        const answer = await read(...args);
        await this.pause(this.circumstances.storeMs);
        return answer;
      };
    return {
      findTask: slow((taskId) => model.findTask(taskId)),
      eventsAfter: slow((taskId, seq, limit, maxChars) => model.eventsAfter(taskId, seq, limit, maxChars)),
      listTasks: slow((query) => model.listTasks(query)),
      findDocument: slow((tenant, id) => model.findDocument(tenant, id)),
      findDocumentByName: slow((tenant, collection, name) => model.findDocumentByName(tenant, collection, name)),
      listDocuments: slow((query) => model.listDocuments(query)),
    };
  }
}
