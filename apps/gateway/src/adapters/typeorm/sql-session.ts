/**
 * Plain SQL beside TypeORM, for what is written with every batch; here on SQLite: prepared statements, in a thread where there is a file.
 * A transaction runs in one go, so nothing can come between its statements.
 */
import type { StatementSync } from 'node:sqlite';
import type { DataSource } from 'typeorm';
import { sqlitePragmas, type SqliteDriver } from './sqlite-driver.ts';
import type { SqlValue, Statement } from './sql-statement.ts';
import { SqlThread } from './sql-thread.ts';

export interface SqlSession {
  /** All or nothing. */
  transact(statements: readonly Statement[]): Promise<void>;
  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]>;
  /** Before the source is destroyed; transactions that run are finished. */
  close(): Promise<void>;
}

/** On the database that an embedded read model has opened. */
export function openSqliteSession(source: DataSource): SqlSession {
  const { databaseConnection } = source.driver as unknown as { databaseConnection: SqliteDriver };
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
