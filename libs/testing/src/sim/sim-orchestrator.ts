/** The real orchestrator in a simulated process: its use cases behind the real consumer of owned partitions. */
import { failureOf, topics, type Failure } from '@waybill/contracts';
import { deadLetterMessage, OwnedPartitionConsumer, type Clock } from '@waybill/messaging';
import { AdvancePlans, type OrchestratorPorts } from '@waybill/orchestrator';
import { decide, evolve } from '@waybill/workflow';
import { InMemoryPlanStore } from '../memory-plan-store.ts';
import type { CommitFate } from '../memory-plan-store.ts';
import type { PlanRecord } from '../memory-plan-record.ts';
import type { Circumstances } from './circumstances.ts';
import type { Faults } from './faults.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { Poison } from './poison.ts';
import type { SimLog } from './sim-log.ts';
import type { Life } from './sim-process.ts';
import { farMs, setClock } from './simulated-node.ts';
import { troubled } from './troubled-core.ts';
import { noted } from './wrapped-store.ts';

export interface OrchestratorParts {
  readonly life: Life;
  readonly log: SimLog;
  readonly record: PlanRecord;
  readonly circumstances: Circumstances;
  readonly poison: Poison;
  /** A commit was. */
  readonly refused: (why: Failure) => void;
  readonly bug: PlantedBug;
}

/** Its promise settles when it has joined its group. */
export async function startOrchestrator({
  life,
  log,
  record,
  circumstances,
  poison,
  refused,
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
    { clock, reach: (work) => life.call(work, circumstances.storeMs) },
  );
  const ports: OrchestratorPorts = {
    core: troubled(bug.core?.({ decide, evolve }) ?? { decide, evolve }, life, circumstances, poison),
    store: noted(bug.store?.(inner, { record, log }) ?? inner, life, refused),
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
    refuseLarge: (messages) => poison.refuseLarge(messages),
    instanceId: life.name,
    config: circumstances.config,
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
function slowly(life: Life): Clock {
  const { clock, random, world } = life;
  const { timeline, faults } = world;
  return {
    now: () => {
      if (faults.hits('slow decision')) timeline.now += random.between(1, 80);
      if (faults.hits('clock set during a decision')) setClock(life, farMs(random) * random.pick([1, -1]));
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
