/**
 * What the owner writes: the record of an event, and of each message that follows from it.
 * Promise: the record of an event depends on the event and its cause alone, so that it has the same bytes whenever it is made.
 */
import {
  encodeMessage,
  searchQueue,
  topics,
  workTopic,
  type MessageMeta,
  type OutgoingMessage,
  type PlanEvent,
  type ReplyTo,
  type Verdict,
  type WhoseData,
} from '@waybill/contracts';
import { effects, type Effect } from '@waybill/workflow';

const source = 'orchestrator';

/** What led to an event: the record it came from (none for a timer), whose data it is, and the span to hang on. */
export interface Origin {
  readonly whose: WhoseData;
  readonly cause?: string;
  readonly traceparent?: string;
  /** What came with `traceparent`. */
  readonly tracestate?: string | undefined;
}

export function eventRecord(planId: string, event: PlanEvent, origin: Origin): OutgoingMessage {
  const body = { seq: event.seq, type: event.type, time: event.time, data: event.data };
  return encodeMessage(
    { topic: topics.planEvents, key: planId, name: event.type },
    body,
    meta(`${planId}/${event.seq}`, event.time, origin),
  );
}

export function messagesOf(planId: string, event: PlanEvent, origin: Origin): OutgoingMessage[] {
  return effects(planId, event).map((effect) => effectRecord(planId, effect, event, origin));
}

export function verdictRecord(replyTo: ReplyTo, verdict: Verdict, time: string, origin: Origin): OutgoingMessage {
  return encodeMessage(
    { topic: topics.replies, key: replyTo.instance, name: 'Verdict' },
    verdict,
    meta(`${replyTo.command_id}/verdict`, time, origin),
  );
}

function effectRecord(planId: string, effect: Effect, event: PlanEvent, origin: Origin): OutgoingMessage {
  switch (effect.kind) {
    case 'work': {
      const { work } = effect;
      const id = `${work.work_id}/${work.epoch}/${work.turn}`;
      return encodeMessage({ topic: workTopic(effect.queue), key: work.work_id, name: 'Activate' }, work, {
        ...meta(id, event.time, origin),
        about: work.step_id,
      });
    }
    case 'search': {
      const { call } = effect.work;
      const id = call ? `${call.work_id}/${call.epoch}/${call.turn}/${call.ordinal}` : `${planId}/${event.seq}/search`;
      return encodeMessage(
        { topic: workTopic(searchQueue), key: call?.work_id ?? planId, name: 'Search' },
        effect.work,
        meta(id, event.time, origin),
      );
    }
    case 'cancel':
      return encodeMessage(
        { topic: topics.taskSignals, key: planId, name: 'CancelSignal' },
        effect.signal,
        meta(`${planId}/cancel`, event.time, origin),
      );
  }
}

function meta(id: string, time: string, origin: Origin): MessageMeta {
  const made: MessageMeta = { id, source, time, owner: origin.whose };
  if (origin.cause !== undefined) made.cause = origin.cause;
  if (origin.traceparent !== undefined) made.traceparent = origin.traceparent;
  if (origin.tracestate !== undefined) made.tracestate = origin.tracestate;
  return made;
}
