/** What is wrong with a definition and where: one entry for each thing that its author has to change. */
import type { ErrorCode } from '@waybill/contracts';

export interface DefinitionProblem {
  readonly code: ErrorCode;
  readonly detail: string;
  /** JSON pointer into the definition as it was written. */
  readonly pointer: string;
}

/** Many are worth showing at once, thousands are not. */
export const maxProblems = 20;
