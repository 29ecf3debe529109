/**
 * Plain SQL beside TypeORM, for what is written with every batch: prepared statements on SQLite, in a thread where there is a file; a query runner elsewhere.
 * On SQLite a transaction runs in one go, so nothing can come between its statements.
 */
import type { StatementSync } from 'node:sqlite';
import type { DataSource } from 'typeorm';
import { withManyRows } from './many-rows.ts';
import { orUnavailable } from './patient-read-model.ts';
import { SqliteDriver, sqlitePragmas } from './sqlite-driver.ts';
import type { SqlValue, Statement } from './sql-statement.ts';
import { SqlThread } from './sql-thread.ts';

export interface SqlSession {
  /** All or nothing. */
  transact(statements: readonly Statement[]): Promise<void>;
  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]>;
  /** Before the source is destroyed; transactions that run are finished. */
  close(): Promise<void>;
}

export function openSqlSession(source: DataSource): SqlSession {
  const { databaseConnection } = source.driver as { databaseConnection?: unknown };
  if (!(databaseConnection instanceof SqliteDriver)) return new RunnerSession(source);
  const session = new SqliteSession(databaseConnection);
  return databaseConnection.path === ':memory:' ? session : new ThreadSession(session, databaseConnection.path);
}

class SqliteSession implements SqlSession {
  private readonly prepared = new Map<string, StatementSync>();

  constructor(private readonly driver: SqliteDriver) {}

  transact(statements: readonly Statement[]): Promise<void> {
    const { native } = this.driver;
    try {
      this.prepare('BEGIN IMMEDIATE').run();
      for (const { sql, params } of statements) this.prepare(sql).run(...params);
      this.prepare('COMMIT').run();
      return Promise.resolve();
    } catch (error) {
      if (native.isOpen && native.isTransaction) native.exec('ROLLBACK');
      return Promise.reject(error as Error);
    }
  }

  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    try {
      return Promise.resolve(this.prepare(sql).all(...params) as Row[]);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private prepare(sql: string): StatementSync {
    let statement = this.prepared.get(sql);
    if (statement === undefined) {
      statement = this.driver.native.prepare(sql);
      if (this.prepared.size < 200) this.prepared.set(sql, statement);
    }
    return statement;
  }
}

/** Writes in the thread, reads here: they see what was committed and never wait for a writer. */
class ThreadSession implements SqlSession {
  private readonly thread: SqlThread;

  constructor(
    private readonly reader: SqlSession,
    path: string,
  ) {
    this.thread = new SqlThread({ path, pragmas: sqlitePragmas });
  }

  async transact(statements: readonly Statement[]): Promise<void> {
    await this.thread.transact(statements);
  }

  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return this.reader.all(sql, params);
  }

  close(): Promise<void> {
    return this.thread.close();
  }
}

class RunnerSession implements SqlSession {
  constructor(private readonly source: DataSource) {}

  transact(statements: readonly Statement[]): Promise<void> {
    const all = withManyRows(statements);
    return orUnavailable(all.length === 1 ? this.run(all[0]!) : this.runAll(all));
  }

  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return orUnavailable(this.source.query(numbered(sql), [...params]));
  }

  /** One statement is a transaction of its own: one round trip instead of three. */
  private async run({ sql, params }: Statement): Promise<void> {
    await this.source.query(numbered(sql), [...params]);
  }

  private runAll(statements: readonly Statement[]): Promise<void> {
    return this.source.transaction(async (manager) => {
      for (const { sql, params } of statements) await manager.query(numbered(sql), [...params]);
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** `?` to `$1`, `$2`, ...; no statement here has a question mark in a literal. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}
