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

export interface TypeName {
  readonly name: string;
  readonly version: number;
}

/** Both ways are remembered, for every record goes them: the same text each time is also found faster than an equal one. */
const firstVersions = new Map<string, string>();
const typeNames = new Map<string, TypeName>();
/** Types that others write are not ours to count. */
const rememberedTypes = 1_000;

export function messageType(name: string, version = 1): string {
  if (version !== 1) return `waybill.${name}.v${version}`;
  let type = firstVersions.get(name);
  if (type === undefined) firstVersions.set(name, (type = `waybill.${name}.v1`));
  return type;
}

/** `StepCompleted` of `waybill.StepCompleted.v1`; undefined when it is no type of ours. */
export function typeName(ceType: string): TypeName | undefined {
  const known = typeNames.get(ceType);
  if (known) return known;
  const match = /^waybill\.([A-Za-z]+)\.v(\d+)$/.exec(ceType);
  if (!match) return undefined;
  const type = { name: match[1]!, version: Number(match[2]) };
  if (typeNames.size < rememberedTypes) typeNames.set(ceType, type);
  return type;
}
