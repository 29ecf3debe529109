/**
 * Idempotency keys in the read model's database. A key that is reserved is held in memory and written with the projection's next batch, for a
 * transaction of its own would cost more than all else about it. Gateways that share a database write each key at once: its row decides who wins.
 * Promises: who reserves waits at most `patienceMs` for the projection to catch up after a start; no key is lost whose command is on the log. The command carries key and hash, so the projection puts back what a crash took.
 */
import { PlatformError, type SubmitTask } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import type { KeyRow, KeyStore } from '../../ports/key-store.ts';
import { insertKey, KeyInsertions } from './key-insertions.ts';
import type { SqlSession } from './sql-session.ts';
import type { Statement } from './sql-statement.ts';

/** What is reserved and was not written yet; `written` is called once it was. */
export interface UnwrittenKeys {
  readonly statements: readonly Statement[];
  readonly written: () => void;
}

/** So many are written at once if the projection does not do it, and until they are no more are taken: nobody fills the memory. */
const mostHeld = 10_000;

export interface KeyStoreOptions {
  readonly isShared: boolean;
  readonly clock: Clock;
  readonly patienceMs: number;
}

export class TypeOrmKeyStore implements KeyStore {
  private readonly held = new Map<string, KeyRow>();
  /** Undefined once lost rows are back. */
  private restored: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();
  /** Of those that are too many. */
  private flushing: Promise<void> | undefined;
  private readonly insertions: KeyInsertions;

  constructor(
    private readonly sql: SqlSession,
    private readonly options: KeyStoreOptions,
  ) {
    const find = (tenant: string, key: string): Promise<KeyRow | undefined> => this.findStored(tenant, key);
    this.insertions = new KeyInsertions({ sql, insertion: (row) => this.insertion(row), find });
  }

  async reserve(row: KeyRow): Promise<KeyRow> {
    if (this.restored) await this.whenRestored(this.restored.promise);
    return this.options.isShared ? this.insertions.insert(row) : this.hold(row);
  }

  async find(tenant: string, key: string): Promise<KeyRow | undefined> {
    if (this.restored) await this.whenRestored(this.restored.promise);
    return this.held.get(placeOf({ tenant, key })) ?? this.findStored(tenant, key);
  }

  /** All commands of before the start were seen; until then no key is taken. */
  allRestored(): void {
    this.restored?.resolve();
    this.restored = undefined;
  }

  /** For a command of before the start that has a key. `text`: the command as it is on the log. */
  restore(tenant: string, taskId: string, text: string): Statement | undefined {
    if (!this.restored || !text.includes('"idempotency":')) return undefined;
    const { idempotency } = JSON.parse(text) as SubmitTask;
    if (typeof idempotency?.key !== 'string' || typeof idempotency.body_hash !== 'string') return undefined;
    return this.insertion({ tenant, key: idempotency.key, bodyHash: idempotency.body_hash, entityId: taskId });
  }

  unwritten(): UnwrittenKeys {
    const rows = [...this.held];
    return {
      statements: rows.map(([, row]) => this.insertion(row)),
      written: () => {
        for (const [place] of rows) this.held.delete(place);
      },
    };
  }

  async flush(): Promise<void> {
    await this.writeWith();
  }

  async findAnswer(tenant: string, key: string): Promise<string | undefined> {
    const [found] = await this.sql.all<{ answer: string | null }>(
      'SELECT answer FROM idempotency_keys WHERE tenant = ? AND key = ?',
      [tenant, key],
    );
    return found?.answer ?? undefined;
  }

  saveAnswer(tenant: string, key: string, answer: string): Promise<void> {
    return this.writeWith({
      sql: 'UPDATE idempotency_keys SET answer = ? WHERE tenant = ? AND key = ?',
      params: [answer, tenant, key],
    });
  }

  /** Looked up a second time: another request may have taken it in between. */
  private async hold(row: KeyRow): Promise<KeyRow> {
    if (this.held.size >= mostHeld) await (this.flushing ??= this.flush().finally(() => (this.flushing = undefined)));
    const place = placeOf(row);
    const known = this.held.get(place) ?? (await this.findStored(row.tenant, row.key)) ?? this.held.get(place);
    if (known) return known;
    this.held.set(place, row);
    return row;
  }

  /** Better a client who tries again than one who waits for as long as a rebuild takes. */
  private async whenRestored(restored: Promise<void>): Promise<void> {
    const { clock, patienceMs } = this.options;
    const tooLong = Promise.withResolvers<never>();
    const detail = 'The keys of before the start are still being read. Try again in a moment.';
    const cancel = clock.after(patienceMs, () =>
      tooLong.reject(new PlatformError('unavailable', { detail, retryAfterMs: 1_000 })),
    );
    await Promise.race([restored, tooLong.promise]).finally(cancel);
  }

  private async writeWith(...more: readonly Statement[]): Promise<void> {
    const { statements, written } = this.unwritten();
    if (statements.length + more.length === 0) return;
    await this.sql.transact([...statements, ...more]);
    written();
  }

  private async findStored(tenant: string, key: string): Promise<KeyRow | undefined> {
    const sql = 'SELECT body_hash, entity_id FROM idempotency_keys WHERE tenant = ? AND key = ?';
    const [found] = await this.sql.all<{ body_hash: string; entity_id: string }>(sql, [tenant, key]);
    return found && { tenant, key, bodyHash: found.body_hash, entityId: found.entity_id };
  }

  private insertion({ tenant, key, bodyHash, entityId }: KeyRow): Statement {
    return {
      sql: insertKey,
      params: [tenant, key, bodyHash, entityId, new Date(this.options.clock.now()).toISOString()],
    };
  }
}

const placeOf = ({ tenant, key }: Pick<KeyRow, 'tenant' | 'key'>): string => `${tenant}\n${key}`;
