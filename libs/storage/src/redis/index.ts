/** Hot state in Redis. An entry of its own: loading the client must not slow a start that needs none. */
export { RedisHotState } from './redis-hot-state.ts';
export type { RedisHotStateOptions } from './redis-hot-state.ts';
