/** The real orchestrator in a simulated process: its use cases behind the real consumer of owned partitions. */
import { failureOf, topics } from '@waybill/contracts';
import { deadLetterMessage, OwnedPartitionConsumer, refuseLargeRecords, type Clock } from '@waybill/messaging';
import { AdvancePlans, OrchestratorConfig, type OrchestratorPorts } from '@waybill/orchestrator';
import { decide, evolve } from '@waybill/workflow';
import { InMemoryPlanStore } from '../memory-plan-store.ts';
import type { CommitFate } from '../memory-plan-store.ts';
import type { PlanRecord } from '../memory-plan-record.ts';
import type { Faults } from './faults.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { SimLog } from './sim-log.ts';
import type { Life } from './sim-process.ts';
import { noted } from './wrapped-store.ts';

export interface OrchestratorParts {
  readonly life: Life;
  readonly log: SimLog;
  readonly record: PlanRecord;
  readonly config: Partial<OrchestratorConfig>;
  readonly bug: PlantedBug;
}

/** Its promise settles when it has joined its group. */
export async function startOrchestrator({
  life,
  log,
  record,
  config,
  bug,
}: OrchestratorParts): Promise<OwnedPartitionConsumer> {
  const { random, world } = life;
  const { faults } = world;
  const clock = slowly(life);
  const inner = new InMemoryPlanStore(
    record,
    log,
    {
      commit: () => commitFate(faults),
      publish: () => (faults.hits('publishing gives up') ? 'gives-up' : 'ok'),
      read: () => (faults.hits('database read fails') ? 'fails' : 'ok'),
    },
    { clock, reach: (work) => life.call(work) },
  );
  const ports: OrchestratorPorts = {
    core: bug.core?.({ decide, evolve }) ?? { decide, evolve },
    store: noted(bug.store?.(inner, { record, log }) ?? inner, life),
    clock,
    random: random.next,
    spans: {
      startSpan: () => ({ traceparent: '00-0000000000000000000000000000000a-000000000000000b-01', end: () => {} }),
    },
    counters: { decided: () => {}, ignored: () => {}, committed: () => {}, poisoned: () => {}, unreadable: () => {} },
    deadLetter: (message, error) => {
      const now = clock.now();
      return deadLetterMessage('orchestrator', {
        message,
        failure: failureOf(error),
        attempts: 1,
        firstFailedAt: now,
        lastFailedAt: now,
      });
    },
    refuseLarge: refuseLargeRecords,
    instanceId: life.name,
    config: OrchestratorConfig.parse(config),
  };
  const plans: AdvancePlans = new AdvancePlans(ports, (partition) => consumer.wake(partition));
  const consumer = new OwnedPartitionConsumer({
    log,
    clock,
    random: random.next,
    group: 'orchestrator',
    topics: [topics.taskRequests, topics.taskResults],
    take: (partition) => plans.take(partition),
    onBatch: async (batch) => {
      bug.beforeBatch?.(batch, record);
      await plans.execute(batch);
    },
    release: (partition) => plans.release(partition),
    maxRecords: random.pick([1, 5, 100, 2_000]),
    maxGathered: random.pick([4, 50, 10_000]),
  });
  await consumer.start();
  return consumer;
}

/** Time passes while code runs, too: between any two looks at the clock. */
function slowly({ clock, random, world: { timeline, faults } }: Life): Clock {
  return {
    now: () => {
      if (faults.hits('slow decision')) timeline.now += random.between(1, 80);
      return clock.now();
    },
    after: (ms, callback) => clock.after(ms, callback),
  };
}

function commitFate(faults: Faults): CommitFate {
  if (faults.hits('commit fails')) return 'fails';
  if (faults.hits('commit unknown, kept')) return 'unknown-kept';
  if (faults.hits('commit unknown, lost')) return 'unknown-lost';
  return faults.hits('commit unknown, late') ? 'unknown-late' : 'ok';
}
