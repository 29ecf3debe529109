/**
 * Idempotency keys on their way to a database that gateways share: what is reserved while an insertion is under way goes with the next one,
 * for each is synced by itself and costs more than all else about a key.
 * Promise: of several that reserve one key, here or elsewhere, all are answered the row of the one that won.
 */
import type { KeyRow } from '../../ports/key-store.ts';
import { inOne } from './many-rows.ts';
import type { SqlSession } from './sql-session.ts';
import type { Statement } from './sql-statement.ts';

export interface KeyInsertionsOptions {
  readonly sql: SqlSession;
  /** Of one row, as `insertKey`. */
  readonly insertion: (row: KeyRow) => Statement;
  readonly find: (tenant: string, key: string) => Promise<KeyRow | undefined>;
}

interface Waiting {
  readonly row: KeyRow;
  readonly resolve: (row: KeyRow | Promise<KeyRow>) => void;
  readonly reject: (error: unknown) => void;
}
interface Inserted {
  readonly tenant: string;
  readonly key: string;
  readonly entity_id: string;
}

export const insertKey =
  'INSERT INTO idempotency_keys (tenant, key, body_hash, entity_id, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant, key) DO NOTHING';
/** Far below what a statement may have of parameters. */
const mostRows = 500;

export class KeyInsertions {
  private waiting: Waiting[] = [];
  private isRunning = false;

  constructor(private readonly options: KeyInsertionsOptions) {}

  insert(row: KeyRow): Promise<KeyRow> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ row, resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // What comes in while the event loop deals with one thing goes together.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (this.waiting.length > 0) await this.insertSome(this.waiting.splice(0, mostRows));
    this.isRunning = false;
  }

  private async insertSome(some: readonly Waiting[]): Promise<void> {
    try {
      const won = await this.won(some.map(({ row }) => row));
      await Promise.all(
        some.map(async ({ row, resolve }) => {
          const winner = won.has(nameOf(row)) ? row : await this.options.find(row.tenant, row.key);
          // A row that expired in between was removed: the key is free again.
          resolve(winner ?? this.insert(row));
        }),
      );
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }

  /** Names of the rows that were inserted. */
  private async won(rows: readonly KeyRow[]): Promise<Set<string>> {
    const { sql, params } = inOne(
      insertKey,
      rows.map((row) => this.options.insertion(row)),
    );
    const inserted = await this.options.sql.all<Inserted>(`${sql} RETURNING tenant, key, entity_id`, params);
    return new Set(inserted.map(({ tenant, key, entity_id: entityId }) => nameOf({ tenant, key, entityId })));
  }
}

/** Each request chooses an entity of its own, so it tells which of several was inserted. */
const nameOf = ({ tenant, key, entityId }: Pick<KeyRow, 'tenant' | 'key' | 'entityId'>): string =>
  `${tenant}\n${entityId}\n${key}`;
