/**
 * What the embedded log costs, against limits measured in the same run: a synced write of 4 KB, and SQLite with a row for each record.
 * Run it on the built packages: `node bench/log.ts`.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { OutgoingMessage } from '@waybill/contracts';
import { SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import { SqlitePlanStore } from '@waybill/storage';

const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'waybill-bench-'));
const value = JSON.stringify({ text: 'x'.repeat(560) });
const ids = Array.from({ length: 60 }, () => crypto.randomUUID());
const sizes = [1, 20, 100, 500];

interface Cost {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

function record(at: number, topic = 'tasks.bench'): OutgoingMessage {
  const key = ids[at % ids.length]!;
  const headers = {
    ce_specversion: '1.0',
    ce_id: `${key}/${String(at)}`,
    ce_type: 'waybill.StepCompleted.v1',
    ce_source: 'orchestrator',
    ce_time: '2026-01-01T00:00:00.000Z',
    tenant: 'default',
    subject: 'default',
  };
  return { topic, key, headers, value };
}

const batch = (size: number): OutgoingMessage[] => Array.from({ length: size }, (_, at) => record(at));

/** The first fifth warms up. */
async function measure(rounds: number, recordsPerRound: number, round: (at: number) => unknown): Promise<Cost> {
  for (let at = 0; at < rounds / 5; at++) await round(at);
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  for (let at = 0; at < rounds; at++) await round(at);
  const { user, system } = process.cpuUsage(cpu);
  const records = rounds * recordsPerRound;
  return { perSecond: (records / (performance.now() - start)) * 1_000, cpuMicros: (user + system) / records };
}

/** Over bytes that are there already, as SQLite writes its log once that has its size. */
async function syncedWrite(): Promise<Cost> {
  const file = openSync(join(folder, 'raw'), 'w');
  const page = Buffer.alloc(4096, 7);
  writeSync(file, Buffer.alloc(256 * 4096));
  fdatasyncSync(file);
  const cost = await measure(1_000, 1, (at) => {
    writeSync(file, page, 0, page.length, (at % 256) * 4096);
    fdatasyncSync(file);
  });
  closeSync(file);
  return cost;
}

async function rowPerRecord(size: number): Promise<Cost> {
  const db = new DatabaseSync(join(folder, `rows-${String(size)}.db`));
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE r (id INTEGER PRIMARY KEY, key TEXT, headers TEXT, value TEXT)',
  );
  const insert = db.prepare('INSERT INTO r (key, headers, value) VALUES (?, ?, ?)');
  const records = batch(size);
  const cost = await measure(roundsOf(size), size, () => {
    db.exec('BEGIN');
    for (const { key, headers, value: text } of records) insert.run(key, JSON.stringify(headers), text as string);
    db.exec('COMMIT');
  });
  db.close();
  return cost;
}

const roundsOf = (size: number): number => Math.max(200, Math.round(40_000 / size / 4));

function openLog(name: string) {
  const journal = new SqliteJournal({ file: join(folder, `${name}.db`) });
  const log = new SqliteMessageLog({ journal });
  return { journal, log, close: () => log.close().then(() => journal.close()) };
}

async function appended(size: number, tails: number): Promise<Cost> {
  const { log, close } = openLog(`log-${String(size)}-${String(tails)}`);
  let received = 0;
  for (let at = 0; at < tails; at++) {
    await log.tail({
      topics: ['tasks.bench'],
      from: 'end',
      onRecords: ({ records }) => void (received += records.length),
    });
  }
  const records = batch(size);
  const cost = await measure(roundsOf(size), size, () => log.append(records));
  await close();
  if (tails > 0 && received === 0) throw new Error('nothing was delivered');
  return cost;
}

/** `from` topic to `to` topic and back: the time between two appends of a chain. */
async function hop(): Promise<number> {
  const { log, close } = openLog('hop');
  const times: number[] = [];
  let last = performance.now();
  await new Promise<void>((resolve) => {
    const pass = async (): Promise<void> => {
      times.push(performance.now() - last);
      last = performance.now();
      if (times.length > 2_000) resolve();
      else await log.append([record(0)]);
    };
    void log.tail({ topics: ['tasks.bench'], from: 'end', onRecords: pass }).then(() => log.append([record(0)]));
  });
  await close();
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** 100 events of 60 plans, 40 dispatches, 60 wake-ups in a commit. */
async function planCommits(): Promise<{ commit: Cost; missMicros: number; loadMicros: number }> {
  const { journal, log, close } = openLog('plans');
  const store = new SqlitePlanStore({ journal, log });
  let { fence } = await store.take(0);
  let round = 0;
  const commit = await measure(400, 1, async () => {
    const plans = ids.map((id) => `${id.slice(0, -6)}${String(100_000 + Math.floor(round / 4))}`);
    const seqs = new Map<string, number>();
    const events = Array.from({ length: 100 }, (_, at) => {
      const planId = plans[at % 60]!;
      const seq = (seqs.get(planId) ?? (round % 4) * 2) + 1;
      seqs.set(planId, seq);
      return { planId, seq, message: { ...record(at, 'plan.events'), key: planId, partition: 0 } };
    });
    round += 1;
    const messages = Array.from({ length: 40 }, (_, at) => record(at));
    const wakeUps = plans.map((planId) => ({ planId, at: round }));
    const offsets = { requests: round, results: round };
    fence = await store.commit({ fence, commitId: String(round), offsets, events, messages, wakeUps, snapshots: [] });
  });
  const misses = Array.from({ length: 10_000 }, () => crypto.randomUUID());
  let start = performance.now();
  await store.load(misses, 1);
  const missMicros = (performance.now() - start) / 10;
  start = performance.now();
  for (let at = 0; at < 100; at++)
    await store.load(
      ids.map((id) => `${id.slice(0, -6)}${String(100_000 + at)}`),
      1,
    );
  const loadMicros = ((performance.now() - start) * 1_000) / 6_000;
  await close();
  return { commit, missMicros, loadMicros };
}

const round = (number: number, digits = 1): string => number.toFixed(digits);

try {
  const raw = await syncedWrite();
  console.log(
    `raw limit: ${round(raw.perSecond, 0)} synced writes of 4 KB a second (${round(1_000 / raw.perSecond, 3)} ms each)`,
  );
  const table = [];
  for (const size of sizes) {
    const rows = await rowPerRecord(size);
    const log = await appended(size, 0);
    const delivered = await appended(size, 1);
    table.push({
      'records a commit': size,
      'records/s': round(log.perSecond, 0),
      'CPU us/record': round(log.cpuMicros, 2),
      'with a tail': round(delivered.cpuMicros, 2),
      'row per record, us': round(rows.cpuMicros, 2),
      'of rows/s': round(log.perSecond / rows.perSecond, 2),
      'commits of raw': round(log.perSecond / size / raw.perSecond, 2),
    });
  }
  console.table(table);
  const hopMs = await hop();
  console.log(
    `hop append -> onRecords -> append: p50 ${round(hopMs, 3)} ms, ${round(hopMs * (raw.perSecond / 1_000), 2)} of a synced write`,
  );
  const plans = await planCommits();
  console.log(
    `plan commit (100 events of 60 plans, 40 messages, 60 wake-ups): ${round(plans.commit.cpuMicros, 0)} us CPU, ${round(plans.commit.perSecond, 0)}/s; ` +
      `load: ${round(plans.missMicros, 2)} us a miss, ${round(plans.loadMicros, 1)} us a plan of 7 events`,
  );
  console.log(`resident: ${round(process.memoryUsage().rss / 1e6, 0)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}
