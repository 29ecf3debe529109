/** The record of documents on any log. */
import { topics } from '@waybill/contracts';
import { partitionOf, readToEnd, type MessageLog } from '@waybill/messaging';
import type { DocumentRecord } from '../../ports/document-record.ts';

export function logDocumentRecord(log: MessageLog): DocumentRecord {
  const requestEnds = (): Promise<readonly number[]> => log.endOffsets(topics.documentRequests);
  return {
    requestEnds,
    partitionOf,
    hasFacts: async () => (await log.endOffsets(topics.documentEvents)).some((end) => end > 0),
    async readFacts(onFact) {
      const to = await log.endOffsets(topics.documentEvents);
      const ends = await requestEnds(); // asked for later, so they include what the facts follow from
      await readToEnd(log, topics.documentEvents, { from: 'start', to, onRecord: (record) => onFact(record, ends) });
    },
  };
}
