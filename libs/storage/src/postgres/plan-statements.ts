/** The plan store's statements. A commit is one: the fence decides, and everything else hangs on its row. */
import type { SqlStatement } from './sql.ts';

const named = (name: string, text: string): SqlStatement => ({ name: `waybill_${name}`, text });

export const raiseEpoch = named(
  'raise_epoch',
  `INSERT INTO fences (partition, owner_epoch) VALUES ($1, 1)
   ON CONFLICT (partition) DO UPDATE SET owner_epoch = fences.owner_epoch + 1
   RETURNING owner_epoch, version, requests_offset, results_offset, mark`,
);

/**
 * $1 partition, $2 owner epoch, $3 version, $4 and $5 offsets, $6 commit id, $7 mark, $8 number of records;
 * $9–$12 events (plan, seq, headers, value), $13 messages; $14 and $15 wake-ups to set, $16 to drop.
 * Answers one row, or none when the fence is another's. Messages below the mark as it was before were deleted with it: looking for them again would
 * walk over all that was ever published, until the table is vacuumed.
 */
const commitParts = `WITH before AS (
     SELECT mark FROM fences WHERE partition = $1
   ), fence AS (
     UPDATE fences SET version = version + 1, requests_offset = $4, results_offset = $5, last_commit_id = $6,
       mark = greatest(mark, $7), next_position = next_position + $8
     WHERE partition = $1 AND owner_epoch = $2 AND version = $3
     RETURNING next_position - $8 AS first
   ), new_events AS (
     INSERT INTO plan_events (plan_id, seq, partition, position, headers, value)
     SELECT e.plan_id, e.seq, $1, fence.first + e.at - 1, e.headers, e.value
     FROM fence, unnest($9::text[], $10::integer[], $11::text[], $12::text[]) WITH ORDINALITY AS e (plan_id, seq, headers, value, at)
   ), new_messages AS (
     INSERT INTO outbox (partition, position, record)
     SELECT $1, fence.first + cardinality($9::text[]) + m.at - 1, m.record
     FROM fence, unnest($13::text[]) WITH ORDINALITY AS m (record, at)
   ), published AS (
     DELETE FROM outbox USING before, fence
     WHERE outbox.partition = $1 AND outbox.position >= before.mark AND outbox.position < $7
   ), set_wake_ups AS (
     INSERT INTO wake_ups (partition, plan_id, at)
     SELECT $1, w.plan_id, w.at FROM fence, unnest($14::text[], $15::bigint[]) AS w (plan_id, at)
     ON CONFLICT (partition, plan_id) DO UPDATE SET at = excluded.at
   ), dropped_wake_ups AS (
     DELETE FROM wake_ups USING fence WHERE wake_ups.partition = $1 AND wake_ups.plan_id = ANY ($16::text[])
   )`;
export const commit = named('commit', `${commitParts} SELECT 1 FROM fence`);

/** Few commits have any, and each part of a statement takes its time. $17–$21 snapshots (plan, seq, core version, state, headers). */
export const commitWithSnapshots = named(
  'commit_with_snapshots',
  `${commitParts}, new_snapshots AS (
     INSERT INTO snapshots (plan_id, seq, core_version, state, headers)
     SELECT s.plan_id, s.seq, s.core_version, s.state, s.headers
     FROM fence, unnest($17::text[], $18::integer[], $19::integer[], $20::text[], $21::text[]) AS s (plan_id, seq, core_version, state, headers)
     ON CONFLICT (plan_id) DO UPDATE SET seq = excluded.seq, core_version = excluded.core_version, state = excluded.state, headers = excluded.headers
   )
   SELECT 1 FROM fence`,
);

export const moveMark = named(
  'move_mark',
  `WITH before AS (SELECT mark FROM fences WHERE partition = $1),
   fence AS (UPDATE fences SET mark = greatest(mark, $3) WHERE partition = $1 AND owner_epoch = $2 RETURNING mark)
   DELETE FROM outbox USING before, fence
   WHERE outbox.partition = $1 AND outbox.position >= before.mark AND outbox.position < fence.mark`,
);

/** Waits for a commit that is under way, so that its answer is final. */
export const lastCommit = named('last_commit', 'SELECT last_commit_id FROM fences WHERE partition = $1 FOR SHARE');

export const wakeUpsOf = named('wake_ups', 'SELECT plan_id, at FROM wake_ups WHERE partition = $1 ORDER BY at');

export const unpublished = named(
  'unpublished',
  `SELECT position, plan_id, headers, value, NULL AS record FROM plan_events WHERE partition = $1 AND position >= $2
   UNION ALL
   SELECT position, NULL, NULL, NULL, record FROM outbox WHERE partition = $1 AND position >= $2
   ORDER BY position`,
);

/** A plan's first event is published first. */
export const publishedPlans = named(
  'published_plans',
  `SELECT e.plan_id FROM plan_events e JOIN fences f ON f.partition = e.partition
   WHERE e.seq = 1 AND e.plan_id > $1 AND e.position < f.mark ORDER BY e.plan_id LIMIT $2`,
);

/** Snapshots of the core version in $2, and the events after them. */
export const load = named(
  'load',
  `WITH wanted AS (SELECT plan_id, seq, headers, state FROM snapshots WHERE plan_id = ANY ($1::text[]) AND core_version = $2)
   SELECT true AS is_snapshot, plan_id, seq, headers, state AS value FROM wanted
   UNION ALL
   SELECT false, e.plan_id, e.seq, e.headers, e.value FROM plan_events e LEFT JOIN wanted w ON w.plan_id = e.plan_id
   WHERE e.plan_id = ANY ($1::text[]) AND e.seq > coalesce(w.seq, 0)
   ORDER BY plan_id, seq, is_snapshot DESC`,
);
