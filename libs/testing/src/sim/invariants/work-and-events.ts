/** The work that was sent, against the events that it follows from. */
import { topics, type AgentWork, type PlanEvent } from '@waybill/contracts';
import { activationName } from '../answers.ts';
import type { Broker } from '../broker.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

export function workFollowsEvents(logs: PlanLogs, broker: Broker): Invariant {
  return {
    promise:
      'Every activation on a queue has its StepDispatched with the same deadline, and every StepDispatched its activation.',
    atRest() {
      const sent = sentWork(broker);
      const dispatched = new Map<string, { planId: string; deadline: number }>();
      for (const [planId, events] of logs.plans) {
        for (const { event } of events)
          if (event.type === 'StepDispatched') dispatched.set(activationName(event.data), named(planId, event));
      }
      return (
        firstBreach(sent, ([name, work]) =>
          dispatched.get(name)?.deadline === work.deadline
            ? undefined
            : breach(work.planId, `${name} was sent, and no such event exists`),
        ) ??
        firstBreach(dispatched, ([name, { planId }]) =>
          sent.has(name) ? undefined : breach(planId, `${name} was never sent`),
        )
      );
    },
  };
}

const named = (planId: string, { data }: Extract<PlanEvent, { type: 'StepDispatched' }>) => ({
  planId,
  deadline: data.deadline_at,
});

function sentWork(broker: Broker): Map<string, { planId: string; deadline: number }> {
  const sent = new Map<string, { planId: string; deadline: number }>();
  for (const topic of broker.topicNames().filter((name) => name.startsWith('tasks.agent.'))) {
    for (const { value } of broker.recordsOf(topic)) {
      const work = JSON.parse(value as string) as AgentWork;
      sent.set(activationName(work), { planId: work.plan_id, deadline: work.not_after });
    }
  }
  return sent;
}

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
