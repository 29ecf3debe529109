/**
 * The port of object storage: whole objects by key (`documents/<id>/<upload>`).
 * Promises: an object is there whole or not at all, and durable once `put` resolves; putting a key again replaces it.
 */
export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface ObjectStore {
  /** `key`: segments of letters, digits, `.`, `_`, `-`, joined by `/`; others are refused with `invalid_request`. */
  put(key: string, object: StoredObject): Promise<void>;
  /** Throws `not_found`. */
  get(key: string): Promise<StoredObject>;
  /** Removes it if it is there. */
  delete(key: string): Promise<void>;
  /** Keys that begin with the prefix, ascending. */
  list(prefix: string): Promise<readonly string[]>;
}
