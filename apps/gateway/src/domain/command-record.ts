/** Records whose body is text already: what the hot path writes is put together by hand. */
import {
  limits,
  messageType,
  PlatformError,
  SubmitTask,
  type ErrorCode,
  type Json,
  type OutgoingMessage,
  type WhoseData,
} from '@waybill/contracts';
import { decide, emptyPlan, misfit } from '@waybill/workflow';

/** Who asks, and in which trace. */
export interface Caller {
  readonly owner: WhoseData;
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface RecordPlace {
  readonly topic: string;
  readonly key: string;
  readonly partition?: number;
}

/** Of a record, for key and headers. */
const envelopeBytes = 8 * 1024;
const advice = 'Add large content as a document and refer to it.';

/** `id` is the command's: a command that is sent again has the same one. Throws `payload_too_large` for what no record can hold. */
export function commandRecord(
  place: RecordPlace,
  type: string,
  text: string,
  meta: { id: string; time: string; caller: Caller },
): OutgoingMessage {
  refuseLarge(text);
  const { owner, traceparent, tracestate } = meta.caller;
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: meta.id,
    ce_type: messageType(type),
    ce_source: 'gateway',
    ce_time: meta.time,
    tenant: owner.tenant,
    subject: owner.subject,
    traceparent,
  };
  if (tracestate !== undefined) headers['tracestate'] = tracestate;
  return { ...place, headers, value: text };
}

/** Throws `payload_too_large` when no record can hold the text and `more` bytes. */
export function refuseLarge(text: string, more = 0): void {
  const most = limits.recordBytes - envelopeBytes - more;
  if (text.length * 3 <= most) return;
  const bytes = Buffer.byteLength(text);
  if (bytes <= most) return;
  const detail = `This becomes a command of ${bytes} bytes, and one holds at most ${most}. ${advice}`;
  throw new PlatformError('payload_too_large', { detail, pointer: '' });
}

/** Throws what the owner of a plan would say of it, `pointer` being where the client gave it. */
export function refuseMisfit(value: Json, pointer: string): void {
  const code = misfit(value);
  if (code) throw new PlatformError(code, { detail: `This does not fit into one record. ${advice}`, pointer });
}

/** Throws what the owner of a plan would make of the command: planning adds to each step. */
export function refuseUnplannable(command: string, pointer: string): void {
  const request = SubmitTask.parse(JSON.parse(command));
  const decision = decide(emptyPlan(), { type: 'SubmitTask', request, at: 0 });
  const last = 'events' in decision ? decision.events.at(-1) : undefined;
  if (last?.type !== 'TaskFailed') return;
  const { code, detail } = last.data.error;
  throw new PlatformError(code as ErrorCode, { detail: `${detail} ${advice}`, pointer });
}
