/** One call of a model, as `model.calls` tells it: never what was asked or answered. */
import type { Usage } from '@waybill/contracts';

export interface ModelCall {
  readonly model: string;
  /** `completed`, or the code of the error. */
  readonly outcome: string;
  /** Absent when the provider did not say what a broken call has cost. */
  readonly usage?: Usage;
  readonly latency_ms: number;
}
