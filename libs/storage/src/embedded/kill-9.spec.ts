/** What was acknowledged is there after kill -9, whenever it comes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lockDataFolder, SqliteJournal, SqliteMessageLog } from '@waybill/messaging';
import { topics, type IncomingMessage } from '@waybill/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SqlitePlanStore } from './sqlite-plan-store.ts';

type Acknowledged = { appended: [partition: number, offset: number, value: string][] } | { committed: number };

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'waybill-kill-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a writer, kills it after this many acknowledgements, and answers all it acknowledged. */
async function killAfter(acknowledgements: number): Promise<Acknowledged[]> {
  const args = ['--disable-warning=ExperimentalWarning', '--experimental-transform-types'];
  const child = spawn(process.execPath, [...args, join(import.meta.dirname, 'kill-9.child.mjs'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const acknowledged: Acknowledged[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be cut off by the kill.
    if (line.endsWith('}')) acknowledged.push(JSON.parse(line) as Acknowledged);
    if (acknowledged.length === acknowledgements) child.kill('SIGKILL');
  }
  const [, signal] = (await exited) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return acknowledged;
}

async function readAll(log: SqliteMessageLog, topic: string): Promise<IncomingMessage[]> {
  const ends = await log.endOffsets(topic);
  const total = ends.reduce((sum, end) => sum + end, 0);
  const records: IncomingMessage[] = [];
  await new Promise<void>((resolve, reject) => {
    const onRecords = (batch: { records: readonly IncomingMessage[] }): void => {
      records.push(...batch.records);
      if (records.length >= total) resolve();
    };
    log.tail({ topics: [topic], from: 'start', onRecords }).catch(reject);
  });
  return records;
}

it(
  'has everything that was acknowledged, without a gap, after it was killed five times',
  { timeout: 300_000 },
  async () => {
    const acknowledged: Acknowledged[] = [];
    for (let kill = 0; kill < 5; kill++) acknowledged.push(...(await killAfter(1 + Math.floor(Math.random() * 150))));

    const lock = lockDataFolder(folder);
    const journal = new SqliteJournal({ file: join(folder, 'waybill.db') });
    const log = new SqliteMessageLog({ journal });
    const store = new SqlitePlanStore({ journal, log });

    const appended = await readAll(log, 'tasks.killed');
    const at = (partition: number, offset: number): string => `${String(partition)}/${String(offset)}`;
    const values = new Map(
      appended.map(({ partition, offset, value }) => [at(partition, offset), String(value).trim()]),
    );
    const promised = acknowledged.flatMap((one) => ('appended' in one ? one.appended : []));
    expect(promised.filter(([partition, offset, value]) => values.get(at(partition, offset)) !== value)).toEqual([]);
    for (const [partition, end] of (await log.endOffsets('tasks.killed')).entries()) {
      const offsets = appended.filter((record) => record.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual(Array.from({ length: end }, (_, offset) => offset));
    }

    const committed = Math.max(0, ...acknowledged.map((one) => ('committed' in one ? one.committed : 0)));
    const { offsets } = await store.take(0);
    expect(offsets.requests).toBeGreaterThanOrEqual(committed);
    const plan = (await store.load(['plan-a'], 1)).get('plan-a');
    const expected = Array.from({ length: offsets.requests }, (_, seq) => `plan-a ${String(seq + 1)}`);
    expect(plan?.events.map(({ value }) => value)).toEqual(expected);
    const published = await readAll(log, topics.planEvents);
    expect(published.filter(({ key }) => key === 'plan-a').map(({ value }) => value)).toEqual(expected);

    await log.close();
    await journal.close();
    lock.release();
  },
);
