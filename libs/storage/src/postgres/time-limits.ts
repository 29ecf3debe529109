/**
 * How long PostgreSQL and we wait for each other; its client has no limits of its own, and the server none either.
 * Promises: a statement that takes too long is ended by the server first, so that its outcome is known and nothing of it stays behind; a server that
 * says nothing is given up later; a process that stands still in a transaction loses it, for others wait for its locks; who is gone without a word is
 * noticed.
 */
import pg from 'pg';

export interface TimeLimits {
  /** After which an answer is given up, ms; default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** After which the server ends a statement, ms; default four fifths of that. */
  readonly statementMs?: number | undefined;
  /** After which the server ends a transaction in which nothing is asked, ms; default a minute. */
  readonly standingMs?: number | undefined;
}

/** How long a connection may take to be made, ms. */
export const connectMs = 10_000;
/** How long nothing is said before the system asks whether the other side is there, ms. Without it: two hours. */
const silentMs = 10_000;

/** Of every connection, as the client takes them. */
export function settingsOf({ timeoutMs = 30_000, statementMs, standingMs = 60_000 }: TimeLimits) {
  return {
    query_timeout: timeoutMs,
    statement_timeout: statementMs ?? Math.ceil(timeoutMs * 0.8),
    idle_in_transaction_session_timeout: standingMs,
    ...watched,
  } as const;
}

export const watched = { keepAlive: true, keepAliveInitialDelayMillis: silentMs } as const;

type Ask = (...asked: readonly unknown[]) => unknown;

/**
 * For pools that put a connection back whatever became of its statement, as TypeORM's. The client gives an answer up and keeps the connection,
 * on which all that follows would wait behind the same statement.
 * One that the server ends in the moment in which it is handed out tells nobody, and that would end the process; its next statement fails all the same.
 */
export class DecidedClient extends pg.Client {
  constructor(settings?: pg.ClientConfig) {
    super(settings);
    this.on('error', () => {});
    const ask = this.query.bind(this) as Ask;
    this.query = ((...asked) => {
      const answer = ask(...asked);
      if (answer instanceof Promise) answer.catch((error: unknown) => void (isGivenUp(error) && this.end()));
      return answer;
    }) as Ask as typeof this.query;
  }
}

const isGivenUp = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';
