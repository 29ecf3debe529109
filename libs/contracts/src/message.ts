/**
 * The envelope of every record: a CloudEvent in binary mode (`ce_*` headers, JSON body) with W3C trace context, tenant and subject.
 * A body is a string here, so that what is stored, streamed and compared is always the same bytes.
 */
export interface MessageHeaders {
  ce_id: string;
  /** `waybill.StepCompleted.v1`: never changed in place. */
  ce_type: string;
  /** The service that produced it. */
  ce_source: string;
  ce_subject?: string;
  /** RFC 3339, UTC. */
  ce_time: string;
  tenant: string;
  /** The person whose data it is. */
  subject: string;
  traceparent?: string;
  tracestate?: string;
  /** On `plan.events`: the record that led to it, as `topic/partition/offset`. */
  cause?: string;
}

/** A record on its way to the log. `value: null` is a tombstone. */
export interface OutgoingMessage {
  topic: string;
  key: string;
  /** When undefined the key decides. */
  partition?: number;
  headers: Readonly<Record<string, string>>;
  value: string | Uint8Array | null;
}

/** A record as a consumer sees it. `timestamp` in ms since 1970. */
export interface IncomingMessage extends OutgoingMessage {
  partition: number;
  offset: number;
  timestamp: number;
}

/** A message that was decoded and validated. */
export interface Envelope<Body> {
  readonly headers: MessageHeaders;
  readonly key: string;
  readonly body: Body;
}

export interface WhoseData {
  tenant: string;
  subject: string;
}
/** Until identity exists all data belongs to this tenant and person. */
export const defaultOwner: WhoseData = { tenant: 'default', subject: 'default' };

export const messageType = (name: string, version = 1): string => `waybill.${name}.v${version}`;

/** `StepCompleted` of `waybill.StepCompleted.v1`; undefined when it is no type of ours. */
export function typeName(ceType: string): { name: string; version: number } | undefined {
  const match = /^waybill\.([A-Za-z]+)\.v(\d+)$/.exec(ceType);
  return match ? { name: match[1]!, version: Number(match[2]) } : undefined;
}
