/** A record as the use cases see it, inside the span that handles it. */
import { ownerOf, type IncomingMessage } from '@waybill/contracts';
import type { Observation } from '../telemetry/observation.ts';
import type { Ending, Request } from '../../use-cases/request.ts';

export function handleInSpan(
  observation: Observation,
  name: string,
  message: IncomingMessage,
  handle: (request: Request) => Promise<Ending>,
): Promise<void> {
  const { traceparent: parent, tracestate } = message.headers;
  const attributes = { 'messaging.destination.name': message.topic, 'messaging.message.id': message.headers['ce_id'] };
  return observation.run(name, { parent, tracestate, kind: 'consumer', attributes }, (span) =>
    handle(requestOf(message, span.traceparent, span.tracestate)),
  );
}

export function requestOf(
  message: IncomingMessage,
  traceparent = message.headers['traceparent'],
  tracestate = message.headers['tracestate'],
): Request {
  const cause = `${message.topic}/${String(message.partition)}/${String(message.offset)}`;
  return {
    id: message.headers['ce_id'] ?? cause,
    owner: ownerOf(message),
    madeAt: madeAt(message),
    revision: message.offset,
    cause,
    traceparent,
    tracestate,
  };
}

/** The log's time where there is no other: it is later. */
function madeAt({ headers, timestamp }: IncomingMessage): number {
  const time = Date.parse(headers['ce_time'] ?? '');
  return Number.isNaN(time) ? timestamp : time;
}
