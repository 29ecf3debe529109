/**
 * Decides commands against the plans of one partition and writes what follows into the draft of the running batch.
 * Promises: an event is folded before the next command is decided; a broken rule is a verdict, never an exception; what no record can hold
 * is thrown where it is decided, so that it is known whose it is.
 */
import {
  PlatformError,
  defaultOwner,
  type Failure,
  type IncomingMessage,
  type PlanFact,
  type Verdict,
} from '@waybill/contracts';
import { hasReadySteps, readySteps, type Decision, type PlanCommand } from '@waybill/workflow';
import type { DispatchQueue } from '../domain/dispatch-queue.ts';
import type { OwnedPlan } from '../domain/owned-plan.ts';
import { eventRecord, messagesOf, verdictRecord, type Origin } from '../domain/plan-records.ts';
import type { CommitDraft } from './commit-draft.ts';
import type { AddressedCommand } from './parse-command.ts';
import type { OrchestratorPorts } from './ports.ts';

export class PlanDecider {
  constructor(
    private readonly ports: Pick<OrchestratorPorts, 'core' | 'spans' | 'counters' | 'refuseLarge'>,
    private readonly queue: DispatchQueue,
  ) {}

  /** A record's command, and the verdict for who waits for one. */
  decideRecord(owned: OwnedPlan, record: IncomingMessage, addressed: AddressedCommand, draft: CommitDraft): void {
    const { traceparent: parent, tracestate } = record.headers;
    const span = this.ports.spans.startSpan(`decide ${addressed.command.type}`, {
      parent,
      tracestate,
      kind: 'consumer',
    });
    const origin: Origin = {
      ...originOf(owned),
      cause: `${record.topic}/${record.partition}/${record.offset}`,
      traceparent: span.traceparent,
      tracestate: span.tracestate,
    };
    const decision = this.ports.core.decide(owned.plan, addressed.command);
    // What changes nothing brings nothing on: the plan stays in its trace.
    if ('events' in decision && decision.events.length > 0) owned.enter(span);
    this.apply(owned, decision, origin, draft);
    if (addressed.replyTo) {
      const verdict = verdictOf(addressed.replyTo.command_id, decision, owned);
      draft.messages.push(
        verdictRecord(addressed.replyTo, verdict, new Date(addressed.command.at).toISOString(), origin),
      );
    }
    span.end();
  }

  /** A command that no record asked for: a timer, or the outcome of a record that cannot be processed. */
  decideOwn(owned: OwnedPlan, command: PlanCommand, draft: CommitDraft): void {
    this.apply(owned, this.ports.core.decide(owned.plan, command), originOf(owned), draft);
    this.enqueue(owned, draft.at); // a retry whose time has come is ready without an event
  }

  /**
   * For a plan that was taken off the queue: hands out its ready steps, as long as there are credits and time, and none waits for tokens. What is left over
   * puts it into the queue again, behind the others, even if there was no time for the first.
   */
  dispatch(owned: OwnedPlan, draft: CommitDraft, isTimeUp: () => boolean): void {
    const { at } = draft;
    for (const stepId of readySteps(owned.plan, at)) {
      if (!this.queue.hasCredit || isTimeUp() || !hasReadySteps(owned.plan, at)) return this.enqueue(owned, at);
      const decision = this.ports.core.decide(owned.plan, { type: 'DispatchStep', stepId, at });
      this.apply(owned, decision, originOf(owned), draft);
    }
  }

  private apply(owned: OwnedPlan, decision: Decision, origin: Origin, draft: CommitDraft): void {
    if ('ignored' in decision) this.ports.counters.ignored(decision.ignored);
    if (!('events' in decision) || decision.events.length === 0) return;
    draft.touched.add(owned);
    const before = owned.openActivations;
    for (const fact of decision.events) this.write(owned, fact, origin, draft);
    const change = owned.openActivations - before;
    if (change > 0) this.queue.opened(change);
    else this.queue.closed(-change);
    this.ports.counters.decided(decision.events.length);
    this.enqueue(owned, draft.at);
  }

  private enqueue(owned: OwnedPlan, at: number): void {
    if (hasReadySteps(owned.plan, at)) this.queue.add(owned.planId, owned.priority);
    else this.queue.remove(owned.planId, owned.priority);
  }

  private write(owned: OwnedPlan, fact: PlanFact, origin: Origin, draft: CommitDraft): void {
    const event = owned.apply(fact);
    const message = eventRecord(owned.planId, event, origin);
    const messages = messagesOf(owned.planId, event, origin);
    // The store would refuse the whole batch, whoever else is in it.
    this.ports.refuseLarge([message, ...messages]);
    owned.stored(message.value?.length ?? 0);
    draft.events.push({ planId: owned.planId, seq: event.seq, message });
    draft.messages.push(...messages);
  }
}

const originOf = ({ whose = defaultOwner, traceparent, tracestate }: OwnedPlan): Origin =>
  traceparent === undefined ? { whose } : { whose, traceparent, tracestate };

function verdictOf(commandId: string, decision: Decision, owned: OwnedPlan): Verdict {
  const verdict = {
    type: 'Verdict' as const,
    command_id: commandId,
    task_status: owned.plan.status === 'ended' ? owned.plan.outcome : owned.plan.status,
  };
  if (!('rejected' in decision)) return { ...verdict, applied: true };
  const { errorClass, code } = new PlatformError(decision.rejected);
  const error: Failure = { class: errorClass, code, detail: decision.detail };
  return { ...verdict, applied: false, error };
}
