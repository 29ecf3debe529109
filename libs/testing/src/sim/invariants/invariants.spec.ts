/** Every invariant can fail: each is shown a world in which its own promise is broken, and is the one that says so. */
import { PlatformError, topics, type OutgoingMessage, type PlanFact } from '@waybill/contracts';
import type { PlanCommit } from '@waybill/storage';
import type { Core, Plan } from '@waybill/workflow';
import { expect, it } from 'vitest';
import { plantedBugs, type PlantedBug } from '../planted-bugs.ts';
import { World } from '../world.ts';
import { around } from '../wrapped-store.ts';

/** The facts of each decision are other ones. */
const deciding = (change: (facts: readonly PlanFact[]) => readonly PlanFact[]): PlantedBug => ({
  core: ({ decide, evolve }: Core): Core => ({
    decide: (plan, command) => {
      const decision = decide(plan, command);
      return 'events' in decision ? { events: change(decision.events) } : decision;
    },
    evolve,
  }),
});
const altering = (change: (fact: PlanFact) => PlanFact): PlantedBug => deciding((facts) => facts.map(change));

const committing = (change: (commit: PlanCommit) => PlanCommit): PlantedBug => ({
  store: (store) => around(store, { commit: (commit) => store.commit(change(commit)) }),
});
const sending = (change: (message: OutgoingMessage) => readonly OutgoingMessage[]): PlantedBug =>
  committing((commit) => ({ ...commit, messages: commit.messages.flatMap(change) }));
const without = (isLost: (message: OutgoingMessage) => boolean): PlantedBug =>
  sending((message) => (isLost(message) ? [] : [message]));

const isWork = ({ topic }: OutgoingMessage): boolean => topic.startsWith('tasks.agent.');
const withBody = (message: OutgoingMessage, more: object): OutgoingMessage => ({
  ...message,
  value: JSON.stringify({ ...(JSON.parse(message.value as string) as object), ...more }),
});

const work = /^Everything that was sent follows from an event/;
const activation = /^Each activation is dispatched once, after all needs of its step and when its time has come/;

/** The world that runs now. */
let current: World;

const broken: [what: string, promise: RegExp, bug: PlantedBug][] = [
  [
    'an event is published and not committed',
    /^The events of a plan have no gap/,
    plantedBugs['publish-before-commit'],
  ],
  [
    'a plan is created twice',
    /^A plan begins with one TaskAccepted/,
    deciding((facts) => facts.flatMap((fact): PlanFact[] => (fact.type === 'PlanCreated' ? [fact, fact] : [fact]))),
  ],
  ['a step is dispatched before its needs', activation, plantedBugs['early-dispatch']],
  [
    'a retry does not wait for its time',
    activation,
    { core: ({ decide, evolve }) => ({ decide, evolve: (plan, fact) => evolve(plan, sooner(fact)) }) },
  ],
  [
    'a dispatch forgets what was found',
    activation,
    altering((fact) => (fact.type === 'StepDispatched' ? { ...fact, data: { ...fact.data, journal: [] } } : fact)),
  ],
  ['a result of another activation is applied', /^What is applied to an activation/, plantedBugs['old-epoch-result']],
  [
    'an end states too little',
    /^Spent plus reserved never exceeds the budget/,
    altering((fact) =>
      fact.type === 'TaskCompleted'
        ? { ...fact, data: { ...fact.data, usage: { ...fact.data.usage, steps: fact.data.usage.steps - 1 } } }
        : fact,
    ),
  ],
  ['a cancel does not reach the state', /^The fold of plan.events is the live state/, plantedBugs['cancel-not-final']],
  [
    'nobody is woken',
    /^An acknowledged submission is accepted and reaches/,
    committing((commit) => ({ ...commit, wakeUps: [] })),
  ],
  ['a verdict is lost', /^A cancel command gets a verdict/, without(({ topic }) => topic === topics.replies)],
  ['a dead letter is lost', /^A record that cannot be read/, without(({ topic }) => topic === 'orchestrator.dlq')],
  ['work is lost', work, without((message) => isWork(message) && message.headers['ce_id']!.endsWith('/1/0'))],
  ['work is sent with another input', work, sending((each) => [isWork(each) ? withBody(each, { input: {} }) : each])],
  ['searches are lost', work, without(({ topic }) => topic === 'tasks.knowledge.search')],
  ['the signal of a cancel is lost', work, without(({ topic }) => topic === topics.taskSignals)],
  [
    'the next owner looks too late',
    /^Once it is calm a deadline, a time-out and a retry are seen to/,
    {
      store: (store) =>
        around(store, {
          take: async (partition, lost) => {
            const taken = await store.take(partition, lost);
            return { ...taken, wakeUps: taken.wakeUps.map(({ planId, at }) => ({ planId, at: at! + 60_000 })) };
          },
        }),
    },
  ],
  [
    'a large step is passed over',
    /^A step that waits for tokens is not overtaken/,
    { core: ({ decide, evolve }) => ({ decide, evolve: (plan, fact) => lastFirst(evolve(plan, fact), fact) }) },
  ],
  [
    'an event has a time of its own',
    /^All of a commit is decided at one time/,
    altering((fact) => (fact.type === 'PlanCreated' ? { ...fact, time: '2026-01-01T00:00:00.000Z' } : fact)),
  ],
  [
    'events belong to nobody',
    /^Every event of a task belongs to/,
    committing((commit) => ({
      ...commit,
      events: commit.events.map((event) => ({ ...event, message: orphan(event.message) })),
    })),
  ],
  [
    'a healthy task fails as poisoned',
    /^What cannot be decided fails its own task/,
    altering((fact) =>
      fact.type === 'TaskFailed'
        ? { ...fact, data: { ...fact.data, error: { ...fact.data.error, code: 'poisoned' } } }
        : fact,
    ),
  ],
  [
    'a commit is refused again and again',
    /^Once faults are long over the store refuses no commit/,
    committing((commit) => {
      if (commit.messages.some(({ topic }) => topic === topics.replies)) throw new PlatformError('internal');
      return commit;
    }),
  ],
  [
    'a decision takes seconds',
    /^Nobody holds a thread for long/,
    {
      core: ({ decide, evolve }) => ({
        evolve,
        decide: (plan, command) => {
          if (command.type === 'CancelTask') current.timeline.now += 2_000;
          return decide(plan, command);
        },
      }),
    },
  ],
  [
    'an offset lags',
    /^When nothing happens any more every request/,
    committing((commit) => ({
      ...commit,
      offsets: { ...commit.offsets, requests: Math.max(0, commit.offsets.requests - 1) },
    })),
  ],
];

it.each(broken)('finds that %s', { timeout: 120_000 }, async (_what, promise, bug) => {
  expect(await firstBroken(promise, bug)).toMatch(promise);
});

/** A broken world may show in several ways: the first seed counts in which it shows in this one. */
async function firstBroken(promise: RegExp, bug: PlantedBug): Promise<string> {
  const said = new Set<string>();
  for (let seed = 1; seed <= 300; seed += 1) {
    current = new World(seed, bug);
    const violation = await current.run();
    if (violation && promise.test(violation.promise)) return violation.promise;
    if (violation) said.add(violation.promise);
  }
  return [...said].join('\n');
}

function sooner(fact: PlanFact): PlanFact {
  if (fact.type !== 'StepRetryScheduled') return fact;
  return { ...fact, data: { ...fact.data, retry_at: Date.parse(fact.time) } };
}

/** Steps that are ready from the beginning come in the wrong order. */
function lastFirst(plan: Plan, { type }: PlanFact): Plan {
  if (type !== 'PlanCreated' || plan.status !== 'running') return plan;
  const ids = [...plan.agenda.ready].reverse();
  plan.agenda.ready.clear();
  for (const id of ids) plan.agenda.ready.add(id);
  return plan;
}

const orphan = (message: OutgoingMessage): OutgoingMessage => ({
  ...message,
  headers: { ...message.headers, tenant: 'default', subject: 'default' },
});
