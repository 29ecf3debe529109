/** What an activation says of one call of a model; with the activation's name it is a record of `model.calls`. */
import type { ModelCall as ModelCallRecord } from '@waybill/contracts';

export type ModelCall = Pick<ModelCallRecord, 'model' | 'outcome' | 'usage' | 'latency_ms'>;
