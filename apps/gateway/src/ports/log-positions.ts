/**
 * How far a reader of the log has come. A read that must see what was written before it takes the end offsets first and waits for them.
 */
export interface LogPositions {
  /** Resolves when everything below the end offsets (by partition) was applied; rejects with `timeout`. */
  waitFor(topic: string, endOffsets: readonly number[], timeoutMs: number): Promise<void>;
}
