/**
 * Idempotency keys in the read model's database. What is reserved in one turn of the event loop is one transaction.
 * The file may lose its last moments in a power cut; the commands on the log carry key and hash, so the projection puts lost rows back.
 */
import type { SubmitTask } from '@waybill/contracts';
import type { KeyRow, KeyStore } from '../../ports/key-store.ts';
import type { SqlSession, Statement } from './sql-session.ts';

interface Waiting {
  readonly row: KeyRow;
  readonly resolve: (row: KeyRow) => void;
  readonly reject: (error: Error) => void;
}

const rememberedKeys = 20_000;

export class TypeOrmKeyStore implements KeyStore {
  private waiting: Waiting[] = [];
  /** Entities whose keys were written by this process. */
  private readonly written = new Set<string>();
  /** Undefined once lost rows are back. */
  private restored: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>();

  constructor(
    private readonly sql: SqlSession,
    private readonly now: () => number,
  ) {}

  reserve(row: KeyRow): Promise<KeyRow> {
    return this.restored ? this.restored.promise.then(() => this.enqueue(row)) : this.enqueue(row);
  }

  /** All commands of before the start were seen; until then no key is taken. */
  allRestored(): void {
    this.restored?.resolve();
    this.restored = undefined;
  }

  private enqueue(row: KeyRow): Promise<KeyRow> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => void this.write());
      this.waiting.push({ row, resolve, reject });
    });
  }

  async findAnswer(tenant: string, key: string): Promise<string | undefined> {
    const [found] = await this.sql.all<{ answer: string | null }>(
      'SELECT answer FROM idempotency_keys WHERE tenant = ? AND key = ?',
      [tenant, key],
    );
    return found?.answer ?? undefined;
  }

  async saveAnswer(tenant: string, key: string, answer: string): Promise<void> {
    await this.sql.transact([
      { sql: 'UPDATE idempotency_keys SET answer = ? WHERE tenant = ? AND key = ?', params: [answer, tenant, key] },
    ]);
  }

  /** Undefined when this process wrote the row itself, or there is no key. `text`: the command as it is on the log. */
  restore(tenant: string, taskId: string, text: string): Statement | undefined {
    if (this.written.has(taskId) || !text.includes('"idempotency":')) return undefined;
    const { idempotency } = JSON.parse(text) as SubmitTask;
    if (typeof idempotency?.key !== 'string' || typeof idempotency.body_hash !== 'string') return undefined;
    return this.insertion({ tenant, key: idempotency.key, bodyHash: idempotency.body_hash, entityId: taskId });
  }

  /** Keys are honoured as long as the commands that carry them are kept. */
  async forgetOlderThan(ageMs: number): Promise<void> {
    const before = new Date(this.now() - ageMs).toISOString();
    await this.sql.transact([{ sql: 'DELETE FROM idempotency_keys WHERE created_at < ?', params: [before] }]);
  }

  private async write(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      const changes = await this.sql.transact(batch.map(({ row }) => this.insertion(row)));
      for (const [index, { row, resolve, reject }] of batch.entries()) {
        if (changes[index] === 1) resolve(this.remember(row));
        else this.find(row).then(resolve, reject);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
  }

  private async find({ tenant, key }: KeyRow): Promise<KeyRow> {
    const sql = 'SELECT body_hash, entity_id FROM idempotency_keys WHERE tenant = ? AND key = ?';
    const [found] = await this.sql.all<{ body_hash: string; entity_id: string }>(sql, [tenant, key]);
    if (!found) throw new Error('an idempotency key vanished');
    return { tenant, key, bodyHash: found.body_hash, entityId: found.entity_id };
  }

  private remember(row: KeyRow): KeyRow {
    this.written.add(row.entityId);
    if (this.written.size > rememberedKeys) this.written.delete(this.written.values().next().value!);
    return row;
  }

  private insertion({ tenant, key, bodyHash, entityId }: KeyRow): Statement {
    return { sql: insertKey, params: [tenant, key, bodyHash, entityId, new Date(this.now()).toISOString()] };
  }
}

const insertKey =
  'INSERT INTO idempotency_keys (tenant, key, body_hash, entity_id, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant, key) DO NOTHING';
