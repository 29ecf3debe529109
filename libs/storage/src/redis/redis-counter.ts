/** Counters in Redis. Promise: a counter is begun and counted in one step, so none is ever without an end. */
import type { Redis } from 'ioredis';

/** Within a script no time goes by: the key cannot end between the two. */
const script = `
redis.call('SET', KEYS[1], 0, 'PX', ARGV[2], 'NX')
return redis.call('INCRBY', KEYS[1], ARGV[1])`;

/** Over 2^53 the answer is not exact. */
export async function count(redis: Redis, key: string, by: number, ttlMs: number): Promise<number> {
  return (await redis.eval(script, 1, key, by, ttlMs)) as number;
}

/** What is there, or what was to be added, is no number: the fault of who called, not of Redis. */
export const isNoNumber = (error: unknown): boolean =>
  error instanceof Error && /^(WRONGTYPE|ERR (value is not an integer|increment or decrement))/.test(error.message);
