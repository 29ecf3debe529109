/** Whose data it is, on every event of a task. */
import { ownerOf, topics } from '@waybill/contracts';
import { submitterOf } from '../sim-clients.ts';
import { breach, type Invariant } from './invariant.ts';

export function belongsToSubmitter(): Invariant {
  return {
    promise: 'Every event of a task belongs to who has submitted it.',
    onRecord(record) {
      if (record.topic !== topics.planEvents) return undefined;
      const { tenant } = ownerOf(record);
      const wanted = submitterOf(record.key).tenant;
      return tenant === wanted
        ? undefined
        : breach(record.key, `${record.headers['ce_id']} is said to be of ${tenant}`);
    },
  };
}
