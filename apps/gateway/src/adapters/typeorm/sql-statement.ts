export type SqlValue = string | number | null;

/** Parameters stand for `?`. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
