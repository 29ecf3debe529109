/** The plan store's tables; the file's version (messaging's `schema.ts`) covers them. */
export const planSchema = `
CREATE TABLE IF NOT EXISTS fences (
  partition INTEGER PRIMARY KEY,
  owner_epoch INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  requests_offset INTEGER NOT NULL DEFAULT 0,
  results_offset INTEGER NOT NULL DEFAULT 0,
  last_commit_id TEXT
) STRICT;
-- A row for each plan and commit: its events first_seq .. first_seq + count - 1 are records of plan.events, the first one at this offset, none before it.
CREATE TABLE IF NOT EXISTS plan_index (
  plan_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  count INTEGER NOT NULL,
  partition INTEGER NOT NULL,
  first_offset INTEGER NOT NULL,
  PRIMARY KEY (plan_id, first_seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS wake_ups (
  partition INTEGER NOT NULL,
  plan_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (partition, plan_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (
  plan_id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  core_version INTEGER NOT NULL,
  state TEXT NOT NULL,
  headers TEXT NOT NULL
) STRICT;
`;
