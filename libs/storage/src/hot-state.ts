/**
 * The port of hot state: what several processes share for a moment and may lose at any time (cool-downs, rate limits).
 * Nothing that must be right may depend on it.
 */
export interface HotState {
  get(key: string): Promise<string | undefined>;
  /** Gone after `ttlMs`. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Adds to a counter that is forgotten `ttlMs` after it was begun; answers the new count. */
  increment(key: string, by: number, ttlMs: number): Promise<number>;
  close(): Promise<void>;
}
