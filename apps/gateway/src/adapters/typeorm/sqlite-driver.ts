/** What TypeORM's `better-sqlite3` type asks of its driver, on Node's own SQLite. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

/** Of both connections to the file. What the last moments before a power cut have written may be lost: the projection reads it again. */
export const sqlitePragmas =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;';

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

  constructor(
    readonly path: string,
    options: { timeout?: number } = {},
  ) {
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
