/**
 * The tables of the log. A batch's rowid is its place (`place.ts`), so that a partition's batches lie together in the order of their offsets and need no index.
 * The file's version also covers the tables of the plan store, which makes its own: raise it with any change that an older version must not touch.
 */
export const fileVersion = 1;
/** `WAYB`: tells our file from any other SQLite database. */
export const applicationId = 0x57415942;

export const logSchema = `
CREATE TABLE topics (topic TEXT PRIMARY KEY, partitions INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE topic_partitions (
  id INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  start_offset INTEGER NOT NULL DEFAULT 0,
  -- The end never falls below it, so that an offset whose record was dropped is not given again.
  least_end_offset INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, partition)
) STRICT;
CREATE TABLE batches (
  place INTEGER PRIMARY KEY,
  count INTEGER NOT NULL,
  timestamp INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE group_positions (
  group_name TEXT NOT NULL,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next_offset INTEGER NOT NULL,
  metadata TEXT,
  PRIMARY KEY (group_name, topic, partition)
) STRICT, WITHOUT ROWID;
`;
