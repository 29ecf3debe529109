/**
 * The read models' plain SQL on PostgreSQL, through its client instead of TypeORM: a key is reserved before a task is on the log, so the client waits for it.
 * What is written one row at a time is planned once a connection; the texts of many rows are as many as there are counts of rows, and are planned each time.
 */
import type { SqlRunner, SqlStatement, TransactionalSql } from '@waybill/storage/postgres';
import { withManyRows } from './many-rows.ts';
import { orUnavailable } from './patient-read-model.ts';
import type { SqlSession } from './sql-session.ts';
import type { SqlValue, Statement } from './sql-statement.ts';

/** No statement of one row has more. */
const mostParamsOfARow = 20;

export class PostgresSession implements SqlSession {
  private readonly known = new Map<string, SqlStatement>();

  constructor(private readonly sql: TransactionalSql) {}

  transact(statements: readonly Statement[]): Promise<void> {
    const all = withManyRows(statements);
    return orUnavailable(all.length === 1 ? this.runAll(this.sql, all) : this.transaction(all));
  }

  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return orUnavailable(this.run<Row>(this.sql, { sql, params }).then((rows) => [...rows]));
  }

  close(): Promise<void> {
    return this.sql.close();
  }

  private transaction(statements: readonly Statement[]): Promise<void> {
    return this.sql.transaction('write', (runner) => this.runAll(runner, statements));
  }

  private async runAll(runner: SqlRunner, statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) await this.run(runner, statement);
  }

  private run<Row>(runner: SqlRunner, { sql, params }: Statement): Promise<readonly Row[]> {
    return runner.run<Row>(this.statement(sql, params.length), params);
  }

  private statement(sql: string, params: number): SqlStatement {
    if (params > mostParamsOfARow) return { name: '', text: numbered(sql) };
    let statement = this.known.get(sql);
    if (!statement) {
      statement = { name: `read_model_${this.known.size}`, text: numbered(sql) };
      this.known.set(sql, statement);
    }
    return statement;
  }
}

/** `?` to `$1`, `$2`, ...; no statement here has a question mark in a literal. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}
