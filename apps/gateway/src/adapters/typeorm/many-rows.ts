/**
 * Statements of one text as one statement of many rows, for databases that are a round trip away.
 * Only what says `manyRows` is put together; it comes first, each text where it first occurred, and everything else after it in its order.
 */
import type { Statement } from './sql-statement.ts';

/** A statement may have 65,535 parameters. */
const mostRows = 500;
const values = /VALUES\s*(\([^()]*\))/;

export function withManyRows(statements: readonly Statement[]): Statement[] {
  const alone = statements.filter(({ manyRows }) => !manyRows);
  const together = Map.groupBy(
    statements.filter(({ manyRows }) => manyRows),
    ({ sql }) => sql,
  );
  const merged = [...together].flatMap(([sql, of]) => chunks(of).map((chunk) => inOne(sql, chunk)));
  return [...merged, ...alone];
}

/** Of statements that have one text. */
export function inOne(sql: string, statements: readonly Statement[]): Statement {
  const row = values.exec(sql)?.[1];
  if (row === undefined) throw new Error(`a statement without VALUES cannot have many rows: ${sql}`);
  return {
    sql: sql.replace(values, () => `VALUES ${statements.map(() => row).join(', ')}`),
    params: statements.flatMap(({ params }) => params),
  };
}

function chunks(statements: readonly Statement[]): (readonly Statement[])[] {
  const count = Math.ceil(statements.length / mostRows);
  return Array.from({ length: count }, (_, at) => statements.slice(at * mostRows, (at + 1) * mostRows));
}
