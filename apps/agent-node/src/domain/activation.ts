/** How an activation is named, and the records that speak about it. Each record's id is the same whenever it is made again. */
import {
  encodeMessage,
  topics,
  type ActivationResult,
  type AgentWork,
  type MessageMeta,
  type ModelCall as ModelCallRecord,
  type Outcome,
  type OutgoingMessage,
  type TokenChunk,
  type WhoseData,
} from '@waybill/contracts';
import type { ModelCall } from './model-call.ts';

export const source = 'agent-node';

export type ActivationIds = Pick<AgentWork, 'plan_id' | 'step_id' | 'work_id' | 'epoch' | 'turn'>;

/** What records about an activation inherit from its work. */
export interface Origin {
  readonly owner: WhoseData;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly cause: string;
}

export const activationKey = ({ work_id, epoch, turn }: ActivationIds): string => `${work_id}/${epoch}/${turn}`;

export function resultMessage(ids: ActivationIds, outcome: Outcome, origin: Origin, now: number): OutgoingMessage {
  const { plan_id, step_id, work_id, epoch, turn } = ids;
  const body: ActivationResult = { type: 'ActivationResult', plan_id, step_id, work_id, epoch, turn, outcome };
  return encode(topics.taskResults, body, `${activationKey(ids)}/result`, { origin, now });
}

export function tokenMessage(ids: ActivationIds, index: number, text: string, { origin, now }: When): OutgoingMessage {
  const body: TokenChunk = { type: 'TokenChunk', ...idsOf(ids), index, text };
  return encode(topics.taskTokens, body, `${activationKey(ids)}/token/${index}`, { origin, now });
}

export function modelCallMessage(
  ids: ActivationIds,
  index: number,
  call: ModelCall,
  { origin, now }: When,
): OutgoingMessage {
  const body: ModelCallRecord = { type: 'ModelCall', ...idsOf(ids), index, ...call };
  return encode(topics.modelCalls, body, `${activationKey(ids)}/model/${index}`, { origin, now });
}

export interface When {
  readonly origin: Origin;
  /** ms since 1970. */
  readonly now: number;
}

type Body = ActivationIds & { readonly type: string };

function encode(topic: string, body: Body, id: string, { origin, now }: When): OutgoingMessage {
  const { owner, traceparent, tracestate, cause } = origin;
  const meta: MessageMeta = { id, source, time: timeOf(now), owner, about: body.step_id, cause };
  if (traceparent !== undefined) meta.traceparent = traceparent;
  if (tracestate !== undefined) meta.tracestate = tracestate;
  return encodeMessage({ topic, key: body.plan_id, name: body.type }, body, meta);
}

const idsOf = ({ plan_id, step_id, work_id, epoch, turn }: ActivationIds): ActivationIds => ({
  plan_id,
  step_id,
  work_id,
  epoch,
  turn,
});

let latest = { ms: 0, text: '' };

/** RFC 3339. Results are made many in a millisecond, and the text costs as much as the JSON of a small one. */
function timeOf(ms: number): string {
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() };
  return latest.text;
}
