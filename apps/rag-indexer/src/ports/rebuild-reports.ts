/** What people are told of a rebuild of the index. */
import type { Failure } from '@waybill/contracts';

export interface RebuildReports {
  /** `documents`: how many are to be found again. */
  begun(why: string, documents: number): void;
  /** A record or a document that cannot be read any more. */
  passedOver(what: string, error: Failure): void;
}
