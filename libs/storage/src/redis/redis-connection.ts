/**
 * One connection to Redis, which is there or away.
 * Promises: whatever goes wrong begins an outage, told once; while it lasts nobody waits; it ends when a new connection has counted, for a
 * connection that cannot write (a replica, a full server) is as good as none.
 */
import { PlatformError } from '@waybill/contracts';
import type { Logger } from '@waybill/telemetry';
import { Redis } from 'ioredis';
import { count } from './redis-counter.ts';

export interface RedisConnectionOptions {
  /** `redis://[user:password@]host:6379[/database]` or `rediss://...`. */
  readonly url: string;
  /** In front of every key: `waybill:hot:`. */
  readonly keyPrefix: string;
  /** After which an answer is given up, ms. */
  readonly timeoutMs?: number;
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
}

const firstConnectionMs = 1_000;
const longestPauseMs = 2_000;
/** A connection that lasted so long was no mere flicker: the next attempts begin quickly again. */
const steadyMs = 10_000;

export class RedisConnection {
  private state: 'opening' | 'there' | 'away' | 'closed' = 'opening';
  private readonly place: string;
  private readonly logger: RedisConnectionOptions['logger'];
  private readonly redis: Redis;
  private readonly first = Promise.withResolvers<void>();
  private attempts = 0;
  private thereSince = 0;
  /** Told when the connection closes, which itself gives no reason. */
  private trouble: unknown;

  private constructor({ url, keyPrefix, timeoutMs = 250, logger }: RedisConnectionOptions) {
    this.place = placeOf(url);
    this.logger = logger;
    this.redis = new Redis(url, {
      keyPrefix,
      connectTimeout: firstConnectionMs,
      commandTimeout: timeoutMs,
      // No command waits for a connection, and none is sent twice.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => Math.min(50 * 2 ** this.attempts++, longestPauseMs),
      connectionName: 'waybill',
      disableClientInfo: true,
    });
    this.redis.on('error', (error) => (this.trouble = error));
    this.redis.on('close', () => this.lose(this.trouble ?? 'the connection was closed'));
    this.redis.on('ready', () => void this.probe());
  }

  /** Waits for the first connection, a second at the longest. Throws `invalid_configuration`. */
  static async open(options: RedisConnectionOptions): Promise<RedisConnection> {
    const connection = new RedisConnection(options);
    const tooLate = setTimeout(() => connection.lose('no connection within a second'), firstConnectionMs);
    await connection.first.promise;
    clearTimeout(tooLate);
    return connection;
  }

  /** `otherwise` while Redis is away. What `work` throws as a `PlatformError` is the caller's own fault. */
  async ask<T>(work: (redis: Redis) => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    if (this.state !== 'there') return otherwise();
    try {
      return await work(this.redis);
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      if (this.state === 'there') {
        this.lose(error);
        this.redis.disconnect(true);
      }
      return otherwise();
    }
  }

  close(): void {
    this.state = 'closed';
    this.redis.disconnect();
  }

  private async probe(): Promise<void> {
    try {
      // The client goes on in the first one where there is none of this number.
      if (this.redis.options.db) await this.redis.select(this.redis.options.db);
      await count(this.redis, 'probe', 1, 1_000);
      this.find();
    } catch (error) {
      this.lose(error);
      if (this.state !== 'closed') this.redis.disconnect(true);
    }
  }

  private find(): void {
    if (this.state === 'closed') return;
    if (this.state === 'away') this.logger?.info(`Redis at ${this.place} is back.`);
    this.state = 'there';
    this.thereSince = performance.now();
    this.trouble = undefined;
    this.first.resolve();
  }

  private lose(reason: unknown): void {
    if (this.state === 'closed' || this.state === 'away') return;
    if (this.state === 'there' && performance.now() - this.thereSince > steadyMs) this.attempts = 0;
    this.state = 'away';
    const now = 'Until it is back each process keeps hot state for itself.';
    this.logger?.warn(`Redis at ${this.place} is away. ${now}`, { reason: wordsOf(reason) });
    this.first.resolve();
  }
}

/** Without user and password. */
function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed && /^rediss?:$/.test(parsed.protocol) && parsed.hostname) return parsed.host;
  throw new PlatformError('invalid_configuration', {
    detail: 'The address of Redis is no URL like redis://host:6379.',
  });
}

/** Words alone: the client's errors hold the command that failed, AUTH with its password too. */
function wordsOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  return reason.message || String((reason as { code?: unknown }).code);
}
