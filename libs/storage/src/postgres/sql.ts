/**
 * SQL on PostgreSQL as the stores need it: one statement at a time, each its own transaction, or several in one.
 * Promises: a transaction that resolves is committed, one that rejects did nothing unless its outcome is `unknown`; a failure says what became of the statement: `refused` (the server rolled it back), `unreachable` (it was never sent) or `unknown`.
 */
import { PlatformError } from '@waybill/contracts';
import pg from 'pg';
import { textArray, textArraysOf } from './text-arrays.ts';
import { connectMs, settingsOf, type TimeLimits } from './time-limits.ts';

/** A name makes the server keep the plan of the statement for the connection. */
export interface SqlStatement {
  readonly name: string;
  readonly text: string;
}

export interface SqlRunner {
  run<Row>(statement: SqlStatement, values: readonly unknown[]): Promise<readonly Row[]>;
}
export interface Sql extends SqlRunner {
  close(): Promise<void>;
}

export interface TransactionalSql extends Sql {
  /** `snapshot` only reads, and sees one moment throughout. What `work` throws comes out as it is. */
  transaction<T>(kind: TransactionKind, work: (sql: SqlRunner) => Promise<T>): Promise<T>;
}
export type TransactionKind = 'write' | 'snapshot';
export const beginOf: Readonly<Record<TransactionKind, string>> = {
  write: 'BEGIN ISOLATION LEVEL READ COMMITTED',
  snapshot: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
};

export class SqlFailure extends Error {
  constructor(
    readonly outcome: 'refused' | 'unreachable' | 'unknown',
    cause: unknown,
  ) {
    super(wordsOf(cause), { cause });
    this.name = 'SqlFailure';
  }
}

export interface PgSqlOptions extends TimeLimits {
  readonly url: string;
  /** How many statements run at once; more of them wait. */
  readonly connections: number;
  /** As the server's own lists show it. */
  readonly applicationName: string;
  /** True: a named statement is planned once a connection, whatever its values. For statements that have only one good plan, which uses an index. */
  readonly plansOnce?: boolean;
}

/** A table that was small when the server last looked at it is read from end to end, by a plan that is kept while it grows. */
const planOnce = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off';

export class PgSql implements TransactionalSql {
  private readonly pool: pg.Pool;

  constructor({ url, connections, applicationName, plansOnce = false, ...limits }: PgSqlOptions) {
    this.pool = new pg.Pool({
      connectionString: plansOnce ? withOptions(url, planOnce) : url,
      max: connections,
      application_name: applicationName,
      connectionTimeoutMillis: connectMs,
      ...settingsOf(limits),
      ...(plansOnce ? { options: planOnce } : {}),
    });
    // A connection that breaks while nobody uses it: the pool makes another one. One that is in use fails its statement as well.
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => client.on('error', () => {}));
  }

  async run<Row>(statement: SqlStatement, values: readonly unknown[]): Promise<readonly Row[]> {
    const client = await this.connect();
    try {
      const { rows } = await query(client, statement, values);
      client.release();
      return rows as Row[];
    } catch (error) {
      client.release(isBroken(error));
      throw error;
    }
  }

  async transaction<T>(kind: TransactionKind, work: (sql: SqlRunner) => Promise<T>): Promise<T> {
    const client = await this.connect();
    const run: SqlRunner['run'] = async <Row>(statement: SqlStatement, values: readonly unknown[]) =>
      (await query(client, statement, values)).rows as Row[];
    try {
      await query(client, { text: beginOf[kind] });
      const result = await work({ run });
      const { command } = await query(client, { text: 'COMMIT' });
      // The server's answer when a statement was refused and `work` went on.
      if (command === 'ROLLBACK') throw new SqlFailure('refused', 'the transaction had failed before');
      client.release();
      return result;
    } catch (error) {
      // A connection that is closed takes its transaction with it.
      const isLost =
        isBroken(error) ||
        (await query(client, { text: 'ROLLBACK' }).then(
          () => false,
          () => true,
        ));
      client.release(isLost);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private connect(): Promise<pg.PoolClient> {
    return this.pool.connect().catch((error: unknown) => {
      throw new SqlFailure('unreachable', error);
    });
  }
}

/** Options that the address has are taken instead of others that the client is given. */
function withOptions(url: string, options: string): string {
  const address = URL.parse(url);
  const given = address?.searchParams.get('options');
  if (!address || !given) return url;
  address.searchParams.set('options', `${given} ${options}`);
  return address.href;
}

async function query(
  client: pg.PoolClient,
  statement: { readonly name?: string; readonly text: string },
  values: readonly unknown[] = [],
): Promise<pg.QueryResult> {
  try {
    return await client.query({ ...statement, values: parametersOf(statement, values) });
  } catch (error) {
    throw new SqlFailure(outcomeOf(error), error);
  }
}

const textArrays = new WeakMap<object, ReadonlySet<number>>();

function parametersOf(statement: { readonly text: string }, values: readonly unknown[]): unknown[] {
  let arrays = textArrays.get(statement);
  if (!arrays) textArrays.set(statement, (arrays = textArraysOf(statement.text)));
  return values.map((value, at) => (arrays.has(at) ? textArray(value as readonly string[]) : value));
}

const isBroken = (error: unknown): boolean => error instanceof SqlFailure && error.outcome !== 'refused';

/** The server's own words carry an SQLSTATE; those of class 57P (it stops) and 08 (the connection) leave open what became of a commit. */
function outcomeOf(error: unknown): 'refused' | 'unknown' {
  const state = (error as { code?: unknown }).code;
  if (typeof state !== 'string' || !/^[0-9A-Z]{5}$/.test(state) || !(error instanceof pg.DatabaseError))
    return 'unknown';
  return state.startsWith('57P') || state.startsWith('08') ? 'unknown' : 'refused';
}

/** For statements after which it does not matter what became of them. */
export function databaseUnavailable(doing: string, error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const detail = `The database could not ${doing}: ${wordsOf(error)}.`;
  return new PlatformError('unavailable', { detail, cause: error });
}

/** A refused connection to a name with two addresses, as `localhost` has, is a code and no message. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ((error as NodeJS.ErrnoException).code ?? error.name);
}
