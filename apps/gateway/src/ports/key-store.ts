/**
 * The port of idempotency keys.
 * Promises: when `reserve` resolves the key is taken; of several that reserve one key at once a single one wins, and all see its row; a key whose
 * command is on the log outlives any crash.
 */
export interface KeyRow {
  readonly tenant: string;
  readonly key: string;
  readonly bodyHash: string;
  /** The id that was chosen for what the request makes. */
  readonly entityId: string;
}

export interface KeyStore {
  /** Answers the row that holds the key: this one, or the one that was there before. */
  reserve(row: KeyRow): Promise<KeyRow>;
  /** The row that holds the key, if one does. */
  find(tenant: string, key: string): Promise<KeyRow | undefined>;
  /** What was answered first to a command that its entity alone does not tell of; undefined when it is not known (yet). */
  findAnswer(tenant: string, key: string): Promise<string | undefined>;
  saveAnswer(tenant: string, key: string, answer: string): Promise<void>;
}
