/**
 * Orchestrators on a log and a store, with one reader of what they write and one worker for what they dispatch: where a workload is played.
 * What differs between two stages is what the composition roots choose: `embeddedStage` as `npm start` does, `serversStage` as `apps/orchestrator/src/main.ts`.
 */
import { randomUUID } from 'node:crypto';
import { searchQueue, topics, workTopic, type IncomingMessage } from '@waybill/contracts';
import { WorkQueueConsumer, type MessageLog } from '@waybill/messaging';
import { KafkaMessageLog } from '@waybill/messaging/kafka';
import { startOrchestrator } from '@waybill/orchestrator';
import { Closing } from '@waybill/service/closing';
import { PublishingPlanStore, type PlanStore } from '@waybill/storage';
import { migrate, PgSql, planMigrations, PostgresPlanDatabase } from '@waybill/storage/postgres';
import { createMetrics, dormantTracer, nullLogger } from '@waybill/telemetry';
import { workloadAgents } from '@waybill/testing';
import { openRecord } from '../../apps/platform/src/composition/embedded-record.ts';
import { settings } from '../../tools/stack/places.mjs';
import type { RaceOrder } from './played-task.ts';
import { StandingClock } from './standing-clock.ts';

/** Who plays on it. */
export interface Player {
  /** A record of `plan.events` or `replies`. */
  onRecord(record: IncomingMessage): void;
  /** Settles when the work is done with, whether it was answered or not. */
  onWork(body: unknown): Promise<void>;
}

export interface Stage {
  readonly name: string;
  readonly log: MessageLog;
  readonly store: PlanStore;
  readonly clock: StandingClock;
  /** Another on each stage, so that what races does. */
  readonly order: RaceOrder;
  player: Player | undefined;
  /** One that has partitions leaves, and a new one joins: who takes them has nothing but what is stored. */
  replaceOrchestrator(): Promise<void>;
  close(): Promise<void>;
}

type Grounds = Pick<Stage, 'name' | 'log' | 'store' | 'clock' | 'order' | 'replaceOrchestrator'>;
type Ports = Pick<Stage, 'log' | 'store' | 'clock'>;

/** One orchestrator. */
export async function embeddedStage(dataDir: string, startsAt: number): Promise<Stage> {
  const closing = new Closing();
  const onBroken = (error: Error): never => {
    throw error;
  };
  const record = openRecord({ dataDir, logger: nullLogger, onBroken });
  closing.add('record', record);
  const clock = new StandingClock(startsAt);
  const ports = { log: record.log, store: record.plans, clock };
  const replaceOrchestrator = await orchestrate(ports, closing);
  return perform({ name: 'SQLite', order: 'forwards', replaceOrchestrator, ...ports }, closing);
}

/** Two orchestrators that share the partitions. */
export async function serversStage(startsAt: number): Promise<Stage> {
  const closing = new Closing();
  const clock = new StandingClock(startsAt);
  const { DATABASE_URL: url, KAFKA_BROKERS } = settings('orchestrator') as Record<string, string>;
  await migrate({ url: url!, service: 'orchestrator', migrations: planMigrations });
  const sql = new PgSql({ url: url!, connections: 8, applicationName: 'equal states' });
  closing.add('PostgreSQL', sql);
  const open = async (): Promise<Ports> => {
    const topicSettings = { partitions: 4, replicas: 1, minInSyncReplicas: 1 };
    const log = await KafkaMessageLog.open({
      brokers: KAFKA_BROKERS!.split(','),
      clientId: 'equal',
      topics: topicSettings,
    });
    closing.add('log', log);
    await log.prepareTopics();
    return { log, store: new PublishingPlanStore({ database: new PostgresPlanDatabase(sql), log, clock }), clock };
  };
  const [one, other] = [await open(), await open()];
  const [replaceOrchestrator] = await Promise.all([orchestrate(one, closing), orchestrate(other, closing)]);
  return perform({ name: 'Kafka + PostgreSQL', order: 'backwards', replaceOrchestrator, ...(await open()) }, closing);
}

/**
 * The real service. Chance is the same on every stage: a retry's back-off is half of what it may be. It keeps so few plans in memory that most
 * decisions need the store's. Answers what replaces it.
 */
async function orchestrate({ log, store, clock }: Ports, closing: Closing): Promise<() => Promise<void>> {
  const start = () =>
    startOrchestrator({
      log,
      store,
      clock,
      random: () => 0.5,
      tracer: dormantTracer(),
      metrics: createMetrics('orchestrator'),
      logger: nullLogger,
      instanceId: randomUUID(),
      config: { plansInMemory: 2, snapshotEvery: 5 },
    });
  let running = await start();
  closing.add('orchestrator', { close: () => running.close() });
  return async () => {
    await running.close();
    running = await start();
  };
}

async function perform(grounds: Grounds, closing: Closing): Promise<Stage> {
  const stage: Stage = { ...grounds, player: undefined, close: () => closing.close() };
  const tail = await grounds.log.tail({
    topics: [topics.planEvents, topics.replies],
    from: 'end',
    onRecords: ({ records }) => records.forEach((record) => stage.player?.onRecord(record)),
  });
  closing.add('tail', tail);
  const worker = new WorkQueueConsumer({
    log: grounds.log,
    clock: grounds.clock,
    group: 'equal-states',
    topics: [...Object.values(workloadAgents).map(({ queue }) => queue), searchQueue].map(workTopic),
    maxInFlight: 1_000,
    handle: (message) => stage.player?.onWork(JSON.parse(String(message.value))),
    onDeadLetter: ({ failure }) => Promise.reject(new Error(failure.detail)),
  });
  await worker.start();
  closing.add('worker', worker);
  return stage;
}
