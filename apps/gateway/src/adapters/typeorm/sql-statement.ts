export type SqlValue = string | number | null;

/** Parameters stand for `?`. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** Inserts one row with a key that no other of its text in the transaction has, and does not depend on those before it. */
  readonly manyRows?: true;
}
