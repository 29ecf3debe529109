import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { topics } from '@waybill/contracts';
import { systemClock } from '@waybill/messaging';
import { createLogger, type Logger } from '@waybill/telemetry';
import { InMemoryMessageLog } from '@waybill/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteReadModels } from '../../index.ts';
import { GatewayFixture, lifeOf } from '../../testing/gateway-fixture.ts';

let folder: string;
let file: string;
let lines: string[];
let logger: Logger;
let running: GatewayFixture[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-read-model-'));
  file = join(folder, 'gateway.db');
  lines = [];
  running = [];
  logger = createLogger('gateway', { destination: { write: (line) => void lines.push(line) } });
});
afterEach(async () => {
  for (const fixture of running) await fixture.close();
  rmSync(folder, { recursive: true });
});

const newLog = (): InMemoryMessageLog => new InMemoryMessageLog({ clock: systemClock });
async function start(log: InMemoryMessageLog): Promise<GatewayFixture> {
  const fixture = await GatewayFixture.start(log, { readModels: sqliteReadModels(file), logger });
  running.push(fixture);
  await fixture.announce('echo');
  await fixture.call('PUT', '/v1/workflows/one', { version: 1, steps: { s1: { agent: 'echo' } } });
  return fixture;
}
async function stop(fixture: GatewayFixture): Promise<void> {
  running = running.filter((other) => other !== fixture);
  await fixture.close();
}
const body = { workflow: 'one', labels: { team: 'x' } };
const rows = (sql: string): unknown[] => {
  const db = new DatabaseSync(file);
  try {
    return db.prepare(sql).all();
  } finally {
    db.close();
  }
};

describe('after a restart', () => {
  it('everything is found that was there before, and goes on', async () => {
    const log = newLog();
    const first = await start(log);
    const done = await first.submit(body);
    await first.emit(done, ...lifeOf(done, 'x'.repeat(500), { team: 'x' }));
    const open = await first.submit(body);
    const openLife = lifeOf(open, { ok: true }, { team: 'x' });
    await first.emit(open, ...openLife.slice(0, 2));
    const accepted = await first.submit({ ...body, budget: { steps: 3 } });
    const before = (await first.call('GET', `/v1/tasks/${done}`)).text;
    await stop(first);
    const second = await start(log);
    expect((await second.call('GET', `/v1/tasks/${done}`)).text).toBe(before);
    expect((await second.call('GET', `/v1/tasks/${accepted}`)).json).toMatchObject({
      status: 'accepted',
      budget: { steps: 3 },
      workflow: 'one@1',
    });
    expect((await second.call('GET', `/v1/tasks/${done}/events?after=2`)).json).toMatchObject({
      next: null,
      events: [{ seq: 3 }, {}, {}],
    });
    expect((await second.call('GET', `/v1/tasks/${open}/events?after=2`)).json).toEqual({ events: [], next: 2 });
    expect((await second.stream(done, '', { 'last-event-id': '3' })).text.match(/^id: .*/gm)).toEqual([
      'id: 4',
      'id: 5',
    ]);
    const stream = second.stream(open);
    await second.emit(open, ...openLife.slice(2));
    expect((await stream).text.match(/^id: .*/gm)).toEqual(['id: 1', 'id: 2', 'id: 3', 'id: 4', 'id: 5']);
    expect(
      (await second.call('GET', '/v1/tasks?label=team:x')).json.items.map((task: { status: string }) => task.status),
    ).toEqual(['accepted', 'completed', 'completed']);
    expect((await second.stream(done, '', { 'last-event-id': '5' })).status).toBe(204);
    expect((await second.call('POST', `/v1/tasks/${done}/cancel`)).json.code).toBe('task_ended');
  });

  it('a key that the file has lost comes back from the log', async () => {
    const log = newLog();
    const first = await start(log);
    const taskId = await first.submit(body, { 'idempotency-key': 'k' });
    await stop(first);
    rmSync(file);
    const second = await start(log);
    expect(await second.submit(body, { 'idempotency-key': 'k' })).toBe(taskId);
    expect((await second.call('POST', '/v1/tasks', { ...body, priority: 1 }, { 'idempotency-key': 'k' })).status).toBe(
      422,
    );
  });

  it('records that nobody should have written hold up nothing', async () => {
    const log = newLog();
    const gateway = await start(log);
    const headers = (type: string) => ({
      ce_type: `waybill.${type}.v1`,
      ce_time: 't',
      tenant: 'default',
      subject: 'default',
    });
    await log.append([
      { topic: topics.planEvents, key: '00a', headers: headers('TaskAccepted'), value: 'nonsense' },
      { topic: topics.planEvents, key: '00b', headers: headers('TaskAccepted'), value: '{"seq":1}' },
      { topic: topics.planEvents, key: '00c', headers: headers('TaskAccepted'), value: null },
      { topic: topics.taskRequests, key: '00d', headers: headers('SubmitTask'), value: '{"idempotency":' },
      {
        topic: topics.taskRequests,
        key: '00e',
        headers: headers('SubmitTask'),
        value: '{"priority":{},"labels":[1],"goal":2}',
      },
      { topic: topics.taskRequests, key: '00f', headers: {}, value: new Uint8Array([255]) },
      { topic: topics.taskRequests, key: '00g', headers: headers('SubmitTask'), value: new Uint8Array([255]) },
      { topic: topics.taskRequests, key: '00h', headers: headers('SubmitTask'), value: null },
      { topic: topics.taskTokens, key: '00f', headers: headers('TokenChunk'), value: 'nonsense' },
    ]);
    const taskId = await gateway.submit(body);
    expect((await gateway.call('GET', '/v1/tasks?limit=1')).json.items[0].task_id).toBe(taskId);
    expect((await gateway.call('GET', '/metrics')).text).toMatch(/kind="unreadable"\} ([7-9]|1\d)\n/);
  });

  it('what comes twice is kept once, and a gap stops its task alone', async () => {
    const log = newLog();
    const gateway = await start(log);
    const [twice, torn] = [await gateway.submit(body), await gateway.submit(body)];
    const life = lifeOf(twice);
    await gateway.emit(twice, life[0]!, life[1]!, life[0]!, life[1]!);
    await gateway.call('GET', '/v1/tasks');
    await gateway.emit(twice, ...life);
    await gateway.emit(torn, lifeOf(torn)[0]!, lifeOf(torn)[2]!);
    const list = (await gateway.call('GET', '/v1/tasks')).json.items as { task_id: string; status: string }[];
    expect(list.map((task) => [task.task_id, task.status])).toEqual([
      [torn, 'accepted'],
      [twice, 'completed'],
    ]);
    await stop(gateway);
    expect(rows('SELECT first_seq, last_seq FROM task_events ORDER BY task_id, first_seq')).toMatchObject([
      { first_seq: 1 },
      { first_seq: 3, last_seq: 5 },
      { first_seq: 1, last_seq: 1 },
    ]);
    expect(lines.filter((line) => line.includes('missing'))).not.toHaveLength(0);
  });
});

describe('the file is dropped and rebuilt, with one line, when', () => {
  async function rebuilt(spoil: () => void, log = newLog()): Promise<void> {
    const first = await start(log);
    const taskId = await first.submit(body);
    await first.emit(taskId, ...lifeOf(taskId));
    await stop(first);
    spoil();
    lines = [];
    const second = await start(log);
    expect((await second.call('GET', `/v1/tasks/${taskId}`)).json.status).toBe('completed');
    const [said, ...more] = lines.filter((line) => line.includes('rebuilt from the log'));
    expect(said).toMatch(
      /"msg":"The read model cannot be used as it is \([^)]+\): it is dropped and rebuilt from the log\."/,
    );
    expect(said).not.toContain('stack');
    expect(more).toEqual([]);
  }

  it('it is no database', () => rebuilt(() => writeFileSync(file, 'nonsense '.repeat(1_000))));
  it('a page of it is torn', () =>
    rebuilt(() => {
      const bytes = readFileSync(file);
      bytes.fill(0xff, 4_096 * 2);
      writeFileSync(file, bytes);
    }));
  it('its schema is of another version', () =>
    rebuilt(() => void rows(`UPDATE migrations SET name = 'Newer1' RETURNING 1`)));

  it('the log is shorter than it says', async () => {
    const log = newLog();
    const first = await start(log);
    for (let n = 0; n < 5; n += 1) await first.submit(body);
    await stop(first);
    const other = newLog();
    const second = await start(other);
    expect((await second.call('GET', '/v1/tasks')).json.items).toEqual([]);
    expect(lines.filter((line) => line.includes('shorter'))).toHaveLength(1);
  });
});
