/** What TypeORM's `better-sqlite3` type asks of its driver, on Node's own SQLite. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

class Statement {
  /** Whether it answers rows. */
  readonly reader: boolean;

  constructor(readonly native: StatementSync) {
    this.reader = native.columns().length > 0;
  }

  run(...params: SQLInputValue[]): ReturnType<StatementSync['run']> {
    return this.native.run(...params);
  }
  all(...params: SQLInputValue[]): unknown[] {
    return this.native.all(...params);
  }
  get(...params: SQLInputValue[]): unknown {
    return this.native.get(...params);
  }
}

export class SqliteDriver {
  readonly native: DatabaseSync;

  constructor(path: string, options: { timeout?: number } = {}) {
    this.native = new DatabaseSync(path, { timeout: options.timeout ?? 5_000 });
  }

  prepare(sql: string): Statement {
    return new Statement(this.native.prepare(sql));
  }
  pragma(text: string): unknown[] {
    return this.native.prepare(`PRAGMA ${text}`).all();
  }
  exec(sql: string): void {
    this.native.exec(sql);
  }
  close(): void {
    this.native.close();
  }
}
