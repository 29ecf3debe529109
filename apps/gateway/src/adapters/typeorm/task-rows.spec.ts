import { defaultOwner, encodeMessage, topics, type IncomingMessage } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import { expect, it } from 'vitest';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession } from './sql-session.ts';
import { TaskRows } from './task-rows.ts';

const facts = { input: {}, priority: 5, labels: {}, budget: {} };
const meta = { id: 'x', source: 'spec', time: '2026-11-21T10:00:00.000Z', owner: defaultOwner };
const place = { partition: 0, offset: 0, timestamp: 0 };

function event(key: string, seq: number): IncomingMessage {
  const name = seq === 1 ? 'TaskAccepted' : 'StepDispatched';
  const { headers, value } = encodeMessage(
    { topic: topics.planEvents, key, name },
    { seq, type: name, data: facts },
    meta,
  );
  return { topic: topics.planEvents, key, headers, value, ...place } as IncomingMessage;
}
function request(key: string): IncomingMessage {
  const record = encodeMessage(
    { topic: topics.taskRequests, key, name: 'SubmitTask' },
    { type: 'SubmitTask', ...facts },
    meta,
  );
  return { ...record, ...place } as IncomingMessage;
}

it('a request that comes again finds no gap in a task that was remembered longest', async () => {
  const source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  const sql = openSqliteSession(source);
  const gaps: string[] = [];
  const rows = new TaskRows(sql, { onGap: (taskId) => gaps.push(taskId), onUnreadable: () => undefined });
  const write = async (...records: readonly IncomingMessage[]): Promise<void> =>
    sql.transact(await rows.statementsFor(records));
  await write(event('oldest', 1), event('oldest', 2));
  await write(...Array.from({ length: 49_999 }, (_, n) => event(`t${n}`, 1)));
  await write(event('one more', 1), request('oldest'));
  await write(event('oldest', 3));
  expect(gaps).toEqual([]);
  await source.destroy();
});
