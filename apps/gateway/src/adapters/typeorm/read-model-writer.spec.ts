import { defaultOwner, encodeMessage, topics, type IncomingMessage } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { nullLogger } from '@waybill/telemetry';
import type { DataSource } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { openReadModel, sqliteReadModels } from './read-model-source.ts';
import { ReadModelWriter } from './read-model-writer.ts';
import { openSqliteSession, type SqlSession } from './sql-session.ts';
import { TypeOrmKeyStore } from './typeorm-key-store.ts';
import { TypeOrmReadModel } from './typeorm-read-model.ts';

let source: DataSource;
afterEach(() => source.destroy());

/** `fails`: the next transaction does. */
async function open() {
  source = await openReadModel(sqliteReadModels(':memory:'), nullLogger);
  const real = openSqliteSession(source);
  const state = { fails: false };
  const transact: SqlSession['transact'] = (statements) => {
    if (!state.fails) return real.transact(statements);
    state.fails = false;
    return Promise.reject(new Error('disk'));
  };
  const sql: SqlSession = { all: real.all.bind(real), close: () => real.close(), transact };
  const keys = new TypeOrmKeyStore(sql, { isShared: false, clock: systemClock, patienceMs: 1_000 });
  keys.allRestored();
  const writer = new ReadModelWriter({ sql, keys, onGap: () => undefined, onUnreadable: () => undefined });
  return { state, keys, writer, model: new TypeOrmReadModel(source) };
}

const partition = { topic: topics.taskRequests, partition: 0 };
function request(key: string): IncomingMessage {
  const task = { type: 'SubmitTask', input: {}, priority: 5, labels: {}, budget: {} };
  const meta = { id: 'x', source: 'spec', time: '2026-11-21T10:00:00.000Z', owner: defaultOwner };
  const record = encodeMessage({ topic: topics.taskRequests, key, name: 'SubmitTask' }, task, meta);
  return { ...record, ...partition, offset: 0, timestamp: 0 } as IncomingMessage;
}
const batch = (offset: number) => ({ records: [request('t')], positions: [{ ...partition, offset }] });

it('writes a batch whole when the first try failed', async () => {
  const { state, writer, model } = await open();
  state.fails = true;
  await expect(writer.write(batch(1))).rejects.toThrow('disk');
  await writer.write(batch(1));
  expect(await model.findTask('t')).toMatchObject({ status: 'accepted' });
});

it('writes a key once', async () => {
  const { state, keys, writer } = await open();
  const row = { tenant: 'default', key: 'k', bodyHash: 'b', entityId: 't' };
  await keys.reserve(row);
  state.fails = true;
  await expect(writer.write(batch(1))).rejects.toThrow('disk');
  expect(keys.unwritten().statements).toHaveLength(1);
  await writer.write(batch(1));
  expect([keys.unwritten().statements, await keys.find('default', 'k')]).toEqual([[], row]);
});

it('never moves a position back, as a gateway would that was replaced and writes late', async () => {
  const { writer } = await open();
  await writer.write(batch(7));
  await writer.write(batch(3));
  expect(await writer.positions([partition])).toEqual([{ ...partition, offset: 7 }]);
});

describe('of documents, what a gateway that was replaced writes late', () => {
  const id = '01999f2e-6c00-7a3b-8f51-3d9c27e0a4b1';
  const place = { topic: topics.documentEvents, partition: 2 };
  const event = (offset: number, body: { type: string; [field: string]: string }): IncomingMessage => {
    const time = `2026-11-21T10:00:0${offset}.000Z`;
    const meta = { id: 'x', source: 'spec', time, owner: defaultOwner };
    const facts = { document_id: id, name: 'a.md', collection: 'default', metadata: {}, bytes: 1, media_type: 't' };
    const record = encodeMessage({ ...place, key: id, name: body.type }, { ...facts, ...body, time }, meta);
    return { ...record, ...place, offset, timestamp: 0 } as IncomingMessage;
  };
  const indexed = (offset: number, sha256: string) =>
    event(offset, { type: 'DocumentStatusChanged', status: 'indexed', sha256 });
  const deleted = (offset: number) => event(offset, { type: 'DocumentDeleted' });
  const read = (...records: readonly IncomingMessage[]) => ({
    records,
    positions: [{ ...place, offset: records.at(-1)!.offset + 1 }],
  });

  it('brings back none that was deleted, and no content of before', async () => {
    const { writer, model } = await open();
    const late = read(indexed(0, 'old'));
    await writer.write(read(indexed(0, 'old'), indexed(1, 'new')));
    await writer.write(late);
    expect(await model.findDocument('default', id)).toMatchObject({ sha256: 'new' });
    await writer.write(read(deleted(2)));
    await writer.write(late);
    expect(await model.findDocument('default', id)).toBeUndefined();
  });

  it('deletes none that was added since', async () => {
    const { writer, model } = await open();
    await writer.write(read(deleted(0), indexed(1, 'new')));
    await writer.write(read(deleted(0)));
    expect(await model.findDocument('default', id)).toMatchObject({ sha256: 'new' });
  });
});
