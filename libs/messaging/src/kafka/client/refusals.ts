/** Why a request failed, or one of its partitions was refused, as Kafka's client says it. */
import { createRequire } from 'node:module';

export interface Refusal extends Error {
  /** False: it will not pass. */
  readonly retriable?: boolean;
  /** As Kafka names it, where a broker refused: `NOT_LEADER_FOR_PARTITION`. */
  readonly type?: string;
  /** With `MEMBER_ID_REQUIRED`. */
  readonly memberId?: string;
}

const require = createRequire(import.meta.url);
const { createErrorFromCode } = require('kafkajs/src/protocol/error.js') as {
  readonly createErrorFromCode: (code: number) => Refusal;
};

/** `code`: of an answer, other than 0. `what`: which partition was refused, for who reads of it. */
export function refusalOf(code: number, what?: string): Refusal {
  const refusal = createErrorFromCode(code);
  return what === undefined ? refusal : Object.assign(refusal, { message: `${what}: ${refusal.message}` });
}
