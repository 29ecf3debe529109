/** What the log keeps of documents: facts for ever, requests for days, their offsets for ever. */
import type { IncomingMessage } from '@waybill/contracts';

export interface DocumentRecord {
  /** The offset that the next request of each partition will have. */
  requestEnds(): Promise<readonly number[]>;
  /** Which of so many partitions has the requests about a document. */
  partitionOf(documentId: string, partitions: number): number;
  hasFacts(): Promise<boolean>;
  /** Every fact until now, in order per document. The requests that they follow from all lie below `requestEnds`, if they are of this log. */
  readFacts(onFact: (record: IncomingMessage, requestEnds: readonly number[]) => void): Promise<void>;
}
