/**
 * The orchestrator's tables on PostgreSQL.
 * `position` is a record's place in the outbox of its partition: events and messages of a commit one after the other. What lies below the fence's
 * `mark` was published; messages below it are deleted, events stay for ever.
 */
export const planSchema = `
CREATE TABLE fences (
  partition integer PRIMARY KEY,
  owner_epoch bigint NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  requests_offset bigint NOT NULL DEFAULT 0,
  results_offset bigint NOT NULL DEFAULT 0,
  mark bigint NOT NULL DEFAULT 0,
  next_position bigint NOT NULL DEFAULT 0,
  last_commit_id text
) WITH (fillfactor = 50);
CREATE TABLE plan_events (
  plan_id text NOT NULL,
  seq integer NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL,
  headers text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (plan_id, seq)
);
CREATE INDEX plan_events_by_position ON plan_events (partition, position);
CREATE TABLE outbox (
  partition integer NOT NULL,
  position bigint NOT NULL,
  record text NOT NULL,
  PRIMARY KEY (partition, position)
);
CREATE TABLE wake_ups (
  partition integer NOT NULL,
  plan_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (partition, plan_id)
);
CREATE TABLE snapshots (
  plan_id text PRIMARY KEY,
  seq integer NOT NULL,
  core_version integer NOT NULL,
  state text NOT NULL,
  headers text NOT NULL
);
`;
