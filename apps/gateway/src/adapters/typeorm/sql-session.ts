/**
 * Plain SQL beside TypeORM, for what is written with every batch: prepared statements on SQLite, in a thread where there is a file; a query runner elsewhere.
 * On SQLite a transaction runs in one go, so nothing can come between its statements.
 */
import type { StatementSync } from 'node:sqlite';
import type { DataSource, QueryRunner } from 'typeorm';
import { orUnavailable } from './patient-read-model.ts';
import { SqliteDriver, sqlitePragmas } from './sqlite-driver.ts';
import type { SqlValue, Statement } from './sql-statement.ts';
import { SqlThread } from './sql-thread.ts';

export interface SqlSession {
  /** All or nothing; answers how many rows each statement changed. */
  transact(statements: readonly Statement[]): Promise<readonly number[]>;
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

  transact(statements: readonly Statement[]): Promise<readonly number[]> {
    const { native } = this.driver;
    try {
      this.prepare('BEGIN IMMEDIATE').run();
      const changes = statements.map(({ sql, params }) => Number(this.prepare(sql).run(...params).changes));
      this.prepare('COMMIT').run();
      return Promise.resolve(changes);
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

  transact(statements: readonly Statement[]): Promise<readonly number[]> {
    return this.thread.transact(statements);
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

  transact(statements: readonly Statement[]): Promise<readonly number[]> {
    return orUnavailable(statements.length === 1 ? this.runAlone(statements[0]!) : this.runAll(statements));
  }

  /** One statement is a transaction of its own: one round trip instead of three. */
  private async runAlone(statement: Statement): Promise<readonly number[]> {
    const runner = this.source.createQueryRunner();
    try {
      return [await changesOf(runner, statement)];
    } finally {
      await runner.release();
    }
  }

  private runAll(statements: readonly Statement[]): Promise<readonly number[]> {
    return this.source.transaction(async (manager) => {
      const changes: number[] = [];
      for (const statement of statements) changes.push(await changesOf(manager.queryRunner!, statement));
      return changes;
    });
  }

  all<Row>(sql: string, params: readonly SqlValue[]): Promise<Row[]> {
    return orUnavailable(this.source.query(numbered(sql), [...params]));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function changesOf(runner: QueryRunner, { sql, params }: Statement): Promise<number> {
  const { affected } = await runner.query(numbered(sql), [...params], true);
  return affected ?? 0;
}

/** `?` to `$1`, `$2`, ...; no statement here has a question mark in a literal. */
function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${(count += 1)}`);
}
