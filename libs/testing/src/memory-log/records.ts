/** Records for specs about the log, where the body does not matter. */
import { defaultOwner, encodeMessage, type OutgoingMessage } from '@waybill/contracts';

let count = 0;

/** Without an id each is another message. */
export function record(topic: string, key: string, body: unknown = {}, id?: string): OutgoingMessage {
  count += 1;
  return encodeMessage({ topic, key, name: 'Recorded' }, body, {
    id: id ?? `record-${count}`,
    source: 'spec',
    time: '2026-01-01T00:00:00Z',
    owner: defaultOwner,
  });
}
