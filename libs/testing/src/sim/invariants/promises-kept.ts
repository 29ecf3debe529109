/** What clients were told, against what became of it. */
import { Verdict, topics, type IncomingMessage } from '@waybill/contracts';
import type { Broker } from '../broker.ts';
import type { Poison } from '../poison.ts';
import type { Acknowledged } from '../sim-clients.ts';
import { breach, firstBreach, type Invariant } from './invariant.ts';
import type { PlanLogs } from './plan-logs.ts';

export function submissionsEnd(logs: PlanLogs, { submitted }: Acknowledged): Invariant {
  return {
    promise: 'An acknowledged submission is accepted and reaches exactly one terminal state.',
    atRest: () =>
      firstBreach([...submitted, ...logs.plans.keys()], (planId) => {
        if (logs.eventsOf(planId).length === 0)
          return breach(planId, 'It was acknowledged, and there is no TaskAccepted');
        return logs.endOf(planId) ? undefined : breach(planId, 'Nothing happens any more, and it has not ended');
      }),
  };
}

export function cancelsHold(logs: PlanLogs, { cancels }: Acknowledged): Invariant {
  const verdicts = new Map<string, boolean>();
  return {
    promise:
      'A cancel command gets a verdict, and the task ends cancelled exactly when the verdict says that it was applied.',
    onRecord(record) {
      const verdict = verdictOf(record);
      if (verdict) verdicts.set(verdict.command_id, verdict.applied || verdicts.get(verdict.command_id) === true);
      return undefined;
    },
    atRest: () =>
      firstBreach(cancels, ([commandId, planId]) => {
        const isApplied = verdicts.get(commandId);
        if (isApplied === undefined) return breach(planId, `Nobody answered ${commandId}`);
        const end = logs.endOf(planId)?.type ?? 'nothing';
        if (isApplied === (end === 'TaskCancelled')) return undefined;
        return breach(
          planId,
          `The verdict on ${commandId} was ${isApplied ? 'applied' : 'not applied'}, and the task ended with ${end}`,
        );
      }),
  };
}

const verdictOf = ({ topic, value }: IncomingMessage): Verdict | undefined =>
  topic === topics.replies ? Verdict.parse(JSON.parse(value as string)) : undefined;

export function deadLettersAreRubbish(broker: Broker, { harmed }: Poison): Invariant {
  return {
    promise: 'A record that cannot be read is dead-lettered, and no other but one that cannot be decided.',
    onRecord({ topic, headers, key }) {
      const code = headers['dlq_error_code'];
      if (!topic.endsWith('.dlq') || code === 'invalid_request') return undefined;
      if (code === 'poisoned' && harmed.has(key)) return undefined;
      return breach(
        key,
        `${headers['dlq_topic']}/${headers['dlq_partition']}/${headers['dlq_offset']}: ${headers['dlq_error_detail']}`,
      );
    },
    atRest() {
      const letters = broker.recordsOf('orchestrator.dlq');
      const places = new Set(
        letters.map(({ headers: h }) => `${h['dlq_topic']}/${h['dlq_partition']}/${h['dlq_offset']}`),
      );
      const records = [...broker.recordsOf(topics.taskRequests), ...broker.recordsOf(topics.taskResults)];
      return firstBreach(records, ({ topic, partition, offset, headers, key }) => {
        if (!headers['ce_id']?.endsWith('/rubbish') || places.has(`${topic}/${partition}/${offset}`)) return undefined;
        return breach(key, `${topic}/${partition}/${offset} cannot be read and is not in the dead letters`);
      });
    },
  };
}
