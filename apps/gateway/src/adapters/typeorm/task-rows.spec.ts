import { defaultOwner, encodeMessage, topics, type IncomingMessage } from '@waybill/contracts';
import { nullLogger } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LastSeqs } from './last-seqs.ts';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { openSqliteSession, type SqlSession } from './sql-session.ts';
import type { Statement } from './sql-statement.ts';
import { TaskRows } from './task-rows.ts';
import { TypeOrmReadModel } from './typeorm-read-model.ts';

const facts = { input: {}, priority: 5, labels: {}, budget: {} };
const meta = { id: 'x', source: 'spec', time: '2026-11-21T10:00:00.000Z', owner: defaultOwner };
const place = { partition: 0, offset: 0, timestamp: 0 };

function event(key: string, seq: number, note = ''): IncomingMessage {
  const name = seq === 1 ? 'TaskAccepted' : note === 'end' ? 'TaskCompleted' : 'StepDispatched';
  const { headers, value } = encodeMessage(
    { topic: topics.planEvents, key, name },
    { seq, type: name, data: note === '' ? facts : { ...facts, note } },
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

const sources: DataSource[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.destroy();
});
/** Gateways that share a database, and what they found to be missing. */
async function open() {
  const source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  sources.push(source);
  const sql = openSqliteSession(source);
  const gaps: string[] = [];
  const statementsOf = () => {
    const rows = new TaskRows(sql, { onGap: (taskId) => gaps.push(taskId), onUnreadable: () => undefined });
    return (...records: readonly IncomingMessage[]) => rows.statementsFor(records);
  };
  const commit = (statements: readonly Statement[]): Promise<void> => sql.transact(statements);
  const newGateway = () => {
    const statements = statementsOf();
    return async (...records: readonly IncomingMessage[]): Promise<void> => commit(await statements(...records));
  };
  return {
    newGateway,
    statementsOf,
    commit,
    gaps,
    model: new TypeOrmReadModel(source),
    rows: (query: string) => sql.all(query, []),
  };
}
/** As they lie on one partition. */
const from = (offset: number, ...records: readonly IncomingMessage[]): IncomingMessage[] =>
  records.map((record, at) => ({ ...record, offset: offset + at }));

it('a request that comes again finds no gap in a task that was remembered longest', async () => {
  const { newGateway, gaps } = await open();
  const write = newGateway();
  await write(...from(0, event('oldest', 1), event('oldest', 2)));
  await write(...from(2, ...Array.from({ length: 49_999 }, (_, n) => event(`t${n}`, 1))));
  await write(...from(50_001, event('one more', 1)), request('oldest'));
  await write(...from(50_002, event('oldest', 3)));
  expect(gaps).toEqual([]);
});

describe('events of a task', () => {
  const large = (seq: number): IncomingMessage => event('t', seq, 'x'.repeat(600_000));
  const seqsOf = (texts: readonly string[]): number[] => texts.map((text) => (JSON.parse(text) as { seq: number }).seq);

  it('that are large are stored a few a row, and read as far as they are wanted', async () => {
    const { newGateway, model, rows } = await open();
    await newGateway()(...from(0, ...[1, 2, 3, 4, 5].map(large)));
    expect(await rows('SELECT first_seq, last_seq FROM task_events')).toEqual([
      { first_seq: 1, last_seq: 2 },
      { first_seq: 3, last_seq: 4 },
      { first_seq: 5, last_seq: 5 },
    ]);
    expect(seqsOf(await model.eventsAfter('t', 0, 10, 1))).toEqual([1]);
    expect(seqsOf(await model.eventsAfter('t', 1, 10, 1_000_000))).toEqual([2, 3]);
    expect(seqsOf(await model.eventsAfter('t', 0, 10, Infinity))).toEqual([1, 2, 3, 4, 5]);
    expect(seqsOf(await model.eventsAfter('t', 3, 1, Infinity))).toEqual([4]);
  });

  it('that came one by one are read through all their rows, as far as they go on', async () => {
    const { newGateway, model } = await open();
    const write = newGateway();
    for (let seq = 1; seq <= 20; seq += 1) await write(...from(seq, event('t', seq)));
    expect(seqsOf(await model.eventsAfter('t', 2, 1_000, Infinity))).toEqual(
      Array.from({ length: 18 }, (_, n) => n + 3),
    );
    expect(await model.eventsAfter('t', 20, 1_000, Infinity)).toEqual([]);
  });
});

describe('a gateway that takes a partition goes on where another one stopped', () => {
  it('which took it from this one before', async () => {
    const { newGateway, gaps, model } = await open();
    const [one, other] = [newGateway(), newGateway()];
    await one(...from(0, event('t', 1), event('u', 1)));
    await other(...from(2, event('t', 2), event('t', 3)));
    await one(...from(4, event('t', 4), event('u', 2)));
    expect(gaps).toEqual([]);
    expect(await model.findTask('t')).toMatchObject({ lastSeq: 4 });
    expect(await model.eventsAfter('t', 0, 10, 1e6)).toHaveLength(4);
  });

  it('while this one had read the request of a task', async () => {
    const { newGateway, gaps, model } = await open();
    const [one, other] = [newGateway(), newGateway()];
    await one(request('t'));
    await other(...from(0, event('t', 1)));
    await one(...from(1, event('t', 2)));
    expect(gaps).toEqual([]);
    expect(await model.findTask('t')).toMatchObject({ lastSeq: 2 });
  });

  it('also when that one writes late what both had read', async () => {
    const { newGateway, statementsOf, commit, model } = await open();
    const asked = await statementsOf()(request('t'));
    await newGateway()(...from(0, event('t', 1)));
    const [late, taken] = [statementsOf(), statementsOf()];
    const [short, long] = [
      await late(...from(1, event('t', 2), event('t', 3))),
      await taken(...from(1, event('t', 2), event('t', 3), event('t', 4, 'end'))),
    ];
    for (const statements of [short, long, short, asked]) await commit(statements);
    expect(await model.eventsAfter('t', 0, 10, Infinity)).toHaveLength(4);
    expect(await model.findTask('t')).toEqual({ taskId: 't', status: 'completed', lastSeq: 4 });
  });

  it('and asks the database no more than once for what it reads on', async () => {
    const all = vi.fn<(sql: string, params: readonly unknown[]) => Promise<never[]>>().mockResolvedValue([]);
    const seqs = new LastSeqs({ all: all as SqlSession['all'] });
    await seqs.lookUp(from(7, event('t', 1), event('t', 2)));
    seqs.remember('t', 2);
    await seqs.lookUp([request('t'), ...from(9, event('t', 3))]);
    expect(all).toHaveBeenCalledOnce();
  });
});
