/** One gateway process over simulated surroundings: its real memory, streams, reads, submissions and readers of the log. */
import { topics } from '@waybill/contracts';
import {
  BroadcastConsumer,
  partitionOf,
  ProjectionConsumer,
  type GroupMembership,
  type RecordBatch,
} from '@waybill/messaging';
import type { DataSource } from 'typeorm';
import { LiveTailConsumer } from '../../adapters/messages/live-tail.consumer.ts';
import { patientReadModel } from '../../adapters/typeorm/patient-read-model.ts';
import { ReadModelWriter } from '../../adapters/typeorm/read-model-writer.ts';
import type { SqlSession } from '../../adapters/typeorm/sql-session.ts';
import { TypeOrmKeyStore } from '../../adapters/typeorm/typeorm-key-store.ts';
import { TypeOrmReadModel } from '../../adapters/typeorm/typeorm-read-model.ts';
import { LiveTasks } from '../../domain/live-tasks.ts';
import { FollowTask } from '../../use-cases/follow-task.ts';
import { FreshReads } from '../../use-cases/fresh-reads.ts';
import { ReadTasks } from '../../use-cases/read-tasks.ts';
import type { ResolveWorkflow } from '../../use-cases/resolve-workflow.ts';
import { SubmitTask } from '../../use-cases/submit-task.ts';
import type { Judge } from './record.ts';
import type { Surroundings } from './surroundings.ts';

export interface Database {
  readonly source: DataSource;
  readonly sql: SqlSession;
}

export interface GatewayParts {
  readonly name: string;
  readonly around: Surroundings;
  readonly database: Database;
  readonly judge: Judge;
  readonly newId: () => string;
  /** After the tail has taken a batch in. */
  readonly onTail: (gateway: SimulatedGateway, batch: RecordBatch) => void;
}

const projected = [topics.taskRequests, topics.planEvents];
const freshMs = 2_000;
const launch = { definition: { steps: [] }, definitionText: '{}', hash: 'h', agentsText: '{}' };

export class SimulatedGateway {
  readonly live: LiveTasks;
  readonly reads: ReadTasks;
  readonly follow: FollowTask;
  readonly submissions: SubmitTask;
  isDead = false;
  isStarted = false;
  private readonly keys: TypeOrmKeyStore;
  private readonly fresh: FreshReads;
  private readonly tail: BroadcastConsumer;
  private projection: ProjectionConsumer;
  private membership: GroupMembership | undefined;
  private restarted: Promise<void> = Promise.resolve();

  constructor(private readonly parts: GatewayParts) {
    const { around, database, judge, name } = parts;
    const { clock, circumstances } = around;
    const log = around.logOf(
      () => this.isDead,
      () => undefined,
    );
    const sql = around.sqlOf(database.sql, () => this.isDead);
    const model = patientReadModel(around.modelOf(new TypeOrmReadModel(database.source)));
    const reader = {
      waitFor: (...args: Parameters<ProjectionConsumer['waitFor']>) => this.projection.waitFor(...args),
    };
    this.live = new LiveTasks(circumstances.liveBytes);
    this.keys = new TypeOrmKeyStore(sql, { isShared: circumstances.gateways > 1, clock, patienceMs: freshMs });
    this.fresh = new FreshReads({ log, reader, clock, patienceMs: freshMs });
    this.reads = new ReadTasks(this.live, model, this.fresh, clock);
    const { live, reads, fresh, keys } = this;
    this.follow = new FollowTask({
      log,
      clock,
      live,
      model,
      reads,
      fresh,
      partitionOf,
      heartbeatMs: 15_000,
      stallMs: 30_000,
      onHole: (taskId, seq) => judge.report(`${name} raises an alarm: event ${seq} of ${taskId} is nowhere`),
    });
    const workflows = { goal: () => Promise.resolve(launch) } as unknown as ResolveWorkflow;
    const crypto = { newId: parts.newId, sha256: (text: string | Uint8Array) => `hash of ${text.length}` };
    this.submissions = new SubmitTask({ log, clock, crypto, keys, live, model, fresh, workflows });
    const onUnreadable = (): void => judge.report(`${name} cannot read a record`);
    const consumer = new LiveTailConsumer(live, this.follow, {
      onGap: onUnreadable,
      onHole: onUnreadable,
      onUnreadable,
    });
    this.tail = new BroadcastConsumer({
      log,
      clock,
      random: around.random.next,
      name: `${name} tail`,
      topics: [topics.planEvents, topics.taskTokens],
      from: 'end',
      handle: () => judge.report(`${name} handles a record of its tail again`),
      onBatch: (batch) => {
        consumer.onBatch(batch);
        parts.onTail(this, batch);
      },
      onDeadLetter: () => Promise.resolve(),
    });
    this.projection = this.newProjection();
  }

  get name(): string {
    return this.parts.name;
  }

  async start(): Promise<void> {
    await this.tail.start();
    const { log } = this.parts.around;
    const ends = await Promise.all(projected.map(async (topic) => [topic, await log.endOffsets(topic)] as const));
    await this.projection.start();
    this.isStarted = true;
    void this.restore(ends);
  }

  /** As often as it takes: the reader may be another one by then. */
  private async restore(ends: readonly (readonly [string, readonly number[]])[]): Promise<void> {
    while (!this.isDead) {
      const passed = ends.map(([topic, offsets]) => this.projection.waitFor(topic, offsets, 5_000));
      const isOver = await Promise.all(passed).then(
        () => true,
        () => false,
      );
      if (isOver) return this.keys.allRestored();
    }
  }

  /** Answers the id of the task. */
  async submit(goal: string, idempotencyKey?: string): Promise<string> {
    const caller = { owner: { tenant: 'default', subject: 'default' }, traceparent: 't', idempotencyKey };
    const submitted = await this.submissions.execute({ goal }, caller);
    return 'taskId' in submitted ? submitted.taskId : '';
  }

  /** As after a session time-out of its group, or after a leave. What it writes just then may still be written. One after another. */
  restartProjection(isPolite: boolean): Promise<void> {
    this.restarted = this.restarted.then(() => this.restart(isPolite));
    return this.restarted;
  }

  /** Its connections are broken by who holds them. */
  async die(): Promise<void> {
    this.isDead = true;
    this.follow.close();
    void this.tail.close();
    await this.parts.around.log.expel(this.membership!);
    void this.projection.close();
  }

  private async restart(isPolite: boolean): Promise<void> {
    const old = this.projection;
    if (isPolite) await old.close();
    else {
      await this.parts.around.log.expel(this.membership!);
      void old.close();
    }
    if (this.isDead) return;
    this.projection = this.newProjection();
    await this.projection.start();
  }

  private newProjection(): ProjectionConsumer {
    const { around, database, judge, name } = this.parts;
    const { clock, random, circumstances } = around;
    const writer = new ReadModelWriter({
      sql: around.sqlOf(database.sql, () => this.isDead),
      keys: this.keys,
      onGap: (taskId, expected, found) => judge.report(`${name} misses event ${expected} of ${taskId} before ${found}`),
      onUnreadable: (record) =>
        judge.report(`${name} cannot read ${record.topic}/${record.partition}/${record.offset}`),
    });
    return new ProjectionConsumer({
      clock,
      random: random.next,
      group: 'gateway.read-model',
      topics: projected,
      gatherMs: circumstances.gatherMs,
      log: around.logOf(
        () => this.isDead,
        (membership) => (this.membership = membership),
      ),
      positions: (partitions) => writer.positions(partitions),
      onBatch: (batch) => writer.write(batch),
      maxRecords: 50,
      maxGathered: 100,
    });
  }
}
