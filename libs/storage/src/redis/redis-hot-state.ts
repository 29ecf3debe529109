/**
 * Hot state in Redis, which also ends it.
 * Promises: a call waits for Redis for `timeoutMs` at the longest; while Redis is away no call fails and none waits: each process then keeps
 * hot state for itself, as if it were the only one (what may be lost at any time has been lost; limits still hold for each process).
 */
import { PlatformError } from '@waybill/contracts';
import { MemoryHotState } from '../embedded/memory-hot-state.ts';
import type { HotState } from '../hot-state.ts';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.ts';
import { count, isNoNumber } from './redis-counter.ts';

export type RedisHotStateOptions = RedisConnectionOptions;

const longestTtlMs = 10 * 365 * 24 * 3_600_000;

export class RedisHotState implements HotState {
  private readonly alone = new MemoryHotState({ now: () => performance.now() });

  private constructor(private readonly redis: RedisConnection) {}

  /** Throws `invalid_configuration` only: a service starts without Redis as well. */
  static async open(options: RedisHotStateOptions): Promise<RedisHotState> {
    return new RedisHotState(await RedisConnection.open(options));
  }

  get(key: string): Promise<string | undefined> {
    return this.redis.ask(
      async (redis) => (await redis.get(key)) ?? undefined,
      () => this.alone.get(key),
    );
  }

  set(key: string, value: string, ttlMs: number): Promise<void> {
    return this.redis.ask(
      async (redis) => void (await redis.set(key, value, 'PX', wholeMs(ttlMs))),
      () => this.alone.set(key, value, ttlMs),
    );
  }

  /** When Redis did not answer in time it may have counted all the same. */
  increment(key: string, by: number, ttlMs: number): Promise<number> {
    return this.redis.ask(
      async (redis) => {
        try {
          const answer = await count(redis, key, by, wholeMs(ttlMs));
          if (Number.isSafeInteger(answer)) return answer;
        } catch (error) {
          if (!isNoNumber(error)) throw error;
        }
        throw new PlatformError('invalid_request', { detail: `${key} is no counter.` });
      },
      () => this.alone.increment(key, by, ttlMs),
    );
  }

  async close(): Promise<void> {
    this.redis.close();
    await this.alone.close();
  }
}

/** Redis takes whole ms, and no time at all for an error. */
const wholeMs = (ttlMs: number): number => Math.min(Math.max(1, Math.ceil(ttlMs)), longestTtlMs);
