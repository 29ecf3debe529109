/** What was sent, against the events that it follows from. */
import {
  AgentWork,
  canonicalJson,
  CancelSignal,
  searchQueue,
  SearchWork,
  topics,
  workTopic,
  type Json,
  type PlanEvent,
} from '@waybill/contracts';
import { activationName } from '../answers.ts';
import type { Broker } from '../broker.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

/** Of which plan it is, and all that it says. */
interface Sent {
  readonly planId: string;
  readonly text: string;
}
type Named = readonly [name: string, sent: Sent];

export function workFollowsEvents(logs: PlanLogs, broker: Broker): Invariant {
  return {
    promise:
      'Everything that was sent follows from an event and says the same, and what follows from an event was sent.',
    atRest() {
      const sent = sentBy(broker);
      const names = new Set(sent.map(([name]) => name));
      const due = new Map(
        [...logs.plans].flatMap(([planId, events]) => events.flatMap(({ event }) => followsFrom(planId, event))),
      );
      return (
        firstBreach(sent, ([name, { planId, text }]) =>
          due.get(name)?.text === text
            ? undefined
            : breach(planId, `${name} was sent as ${text}, and the events say ${due.get(name)?.text ?? 'nothing'}`),
        ) ??
        firstBreach(due, ([name, { planId }]) =>
          names.has(name) ? undefined : breach(planId, `${name} was never sent`),
        )
      );
    },
  };
}

function followsFrom(planId: string, { type, data }: PlanEvent): Named[] {
  if (type === 'StepDispatched') return [workOf({ ...data, plan_id: planId, not_after: data.deadline_at })];
  if (type === 'StepSuspended')
    return data.calls.map(({ ordinal, call }) =>
      searchOf(planId, `${activationName(data)}/${ordinal}`, [call.input, data.deadline_at]),
    );
  return (type === 'TaskFailed' || type === 'TaskCancelled') && data.open_work === true ? [signalOf(planId)] : [];
}

function sentBy(broker: Broker): Named[] {
  const bodies = (topic: string): Json[] =>
    broker.recordsOf(topic).map(({ value }) => JSON.parse(value as string) as Json);
  const agents = broker.topicNames().filter((name) => name.startsWith('tasks.agent.'));
  return [
    ...agents.flatMap(bodies).map((body) => workOf(AgentWork.parse(body))),
    ...bodies(workTopic(searchQueue)).flatMap((body) => {
      const { call, input, not_after } = SearchWork.parse(body);
      return call ? [searchOf(call.plan_id, `${activationName(call)}/${call.ordinal}`, [input, not_after])] : [];
    }),
    ...bodies(topics.taskSignals).map((body) => signalOf(CancelSignal.parse(body).plan_id)),
  ];
}

function workOf(work: Omit<AgentWork, 'type'>): Named {
  const { plan_id, step_id, agent, input, journal, max_tokens, priority, not_after } = work;
  const text = canonicalJson([step_id, agent, input, journal as unknown as Json, max_tokens, priority, not_after]);
  return [activationName(work), { planId: plan_id, text }];
}

const searchOf = (planId: string, name: string, says: Json): Named => [name, { planId, text: canonicalJson(says) }];
const signalOf = (planId: string): Named => [`${planId}/cancel`, { planId, text: 'cancel' }];

export function everythingIsRead(
  broker: Broker,
  offsetsOf: (partition: number) => { requests: number; results: number },
): Invariant {
  return {
    promise: 'When nothing happens any more every request and result was taken in.',
    atRest() {
      const numbers = Array.from({ length: broker.partitionCount }, (_, partition) => partition);
      return firstBreach(numbers, (partition) => {
        const { requests, results } = offsetsOf(partition);
        const ends = [
          broker.end({ topic: topics.taskRequests, partition }),
          broker.end({ topic: topics.taskResults, partition }),
        ];
        if (requests === ends[0] && results === ends[1]) return undefined;
        return { detail: `Partition ${partition} stands at ${requests}, ${results} of ${ends.join(', ')}` };
      });
    },
  };
}
