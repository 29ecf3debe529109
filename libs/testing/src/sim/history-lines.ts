/** Records as lines of a history. */
import { topics, type IncomingMessage } from '@waybill/contracts';
import type { History } from './history.ts';

/** Longer ones tell no more. */
const lineChars = 200;

export function noteRecord(history: History, record: IncomingMessage): void {
  const { topic, partition, offset, headers, value } = record;
  const text = typeof value === 'string' ? value : '';
  const cause = headers['cause'] === undefined ? '' : ` (from ${headers['cause']})`;
  const type = (headers['ce_type'] ?? '?').replace('waybill.', '').replace('.v1', '');
  const from = topic === topics.planEvents ? text.indexOf('"data":') + 7 : 0;
  const body = text.slice(from, from + lineChars);
  history.note(
    headers['ce_source'] ?? '?',
    `${topic}/${partition}/${offset} ${headers['ce_id']} ${type}${cause} ${body}`,
    planOf(record),
  );
  history.body(text);
}

/** `work_id` is the plan's id and a number. */
function planOf({ topic, key, headers }: IncomingMessage): string {
  if (topic.startsWith('tasks.')) return key.replace(/\.\d+$/, '');
  return topic === topics.replies ? (headers['ce_id'] ?? key).replace(/\/.*$/, '') : key;
}
