/** Bounds that hold everywhere. Sizes in bytes of UTF-8, times in milliseconds. */
export const limits = {
  /** An HTTP body. */
  bodyBytes: 10 * 1024 * 1024,
  /** One record on the log: over it, a terminal error names the producer. */
  recordBytes: 1024 * 1024,
  jsonDepth: 64,
  /** Keys of all objects of a body together: each costs far more than its bytes. */
  jsonKeys: 50_000,
  steps: 1_000,
  goalChars: 20_000,
  nameChars: 128,
  /** Versions of a workflow: nine digits at most, as a reference `name@version` has. */
  workflowVersion: 999_999_999,
  expressionChars: 2_000,
  labels: 32,
  labelChars: 256,
  idempotencyKeyChars: 255,
  pageItems: 1_000,
  defaultPageItems: 50,
  searchHits: 100,
  stepTimeoutMs: 24 * 3_600_000,
} as const;
