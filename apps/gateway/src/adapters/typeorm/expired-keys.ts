/**
 * Removes idempotency keys that are too old to be honoured, for as long as the gateway runs: no start may come for months.
 * Promises: no statement reads or removes more than a slice of the table, and other work comes between two slices; a failure is told once and
 * tried again with the next pass; after `close` nothing is read or written. Gateways that share a database may all do it: what is gone stays gone.
 */
import { setImmediate } from 'node:timers/promises';
import { maxWorkAgeMs } from '@waybill/contracts';
import type { Clock } from '@waybill/messaging';
import type { Logger } from '@waybill/telemetry';
import type { SqlSession } from './sql-session.ts';

export interface ExpiredKeysOptions {
  readonly sql: SqlSession;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}

interface Place {
  readonly tenant: string;
  readonly key: string;
}

const everyMs = 3_600_000;
const sliceRows = 500;

/** In the order of the primary key, so a slice costs the same wherever it begins; an index of times would be paid with every key that is reserved. */
const selectSlice = `SELECT tenant, key, created_at FROM idempotency_keys WHERE (tenant, key) > (?, ?) ORDER BY tenant, key LIMIT ${sliceRows}`;
const deleteSlice =
  'DELETE FROM idempotency_keys WHERE (tenant, key) > (?, ?) AND (tenant, key) <= (?, ?) AND created_at < ?';

export class ExpiredKeys {
  private cancelNext: (() => void) | undefined;
  private pass: Promise<void> | undefined;
  private isClosed = false;
  private isFailing = false;

  constructor(private readonly options: ExpiredKeysOptions) {}

  /** Once now, and then every hour. */
  start(): void {
    if (this.isClosed) return;
    this.pass = this.run();
    void this.pass.then(() => {
      if (!this.isClosed) this.cancelNext = this.options.clock.after(everyMs, () => this.start());
    });
  }

  /** What is being removed is finished first. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancelNext?.();
    await this.pass;
  }

  private async run(): Promise<void> {
    // Keys are honoured as long as the commands that carry them are kept.
    const before = new Date(this.options.clock.now() - maxWorkAgeMs).toISOString();
    try {
      let from: Place | undefined = { tenant: '', key: '' };
      while (from && !this.isClosed) {
        from = await this.removeSlice(from, before);
        await setImmediate();
      }
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing)
        this.options.logger.warn('Expired idempotency keys could not be removed; it is tried again every hour.', {
          error,
        });
      this.isFailing = true;
    }
  }

  /** Answers where the next slice begins; undefined after the last. */
  private async removeSlice({ tenant, key }: Place, before: string): Promise<Place | undefined> {
    const { sql } = this.options;
    const rows = await sql.all<Place & { readonly created_at: string }>(selectSlice, [tenant, key]);
    const last = rows.at(-1);
    if (last && rows.some(({ created_at: createdAt }) => createdAt < before))
      await sql.transact([{ sql: deleteSlice, params: [tenant, key, last.tenant, last.key, before] }]);
    return rows.length < sliceRows ? undefined : last;
  }
}
