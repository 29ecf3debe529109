import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WaybillClient } from '@waybill/client';
import { freePort, type PlatformProcess } from '@waybill/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runScript, type Ended } from './support/run-script.ts';
import { bootstrap, platformIn, scratchFolder } from './support/scratch.ts';

const environment = async (dataDir: string): Promise<Record<string, string>> => ({
  PORT: String(await freePort()),
  WAYBILL_DATA_DIR: dataDir,
});
const oneLine = /^waybill: [^\n]+\n$/;

/** A folder that a first start has made; other tests look at copies of it. */
let firstDir: string;
let firstStart: Ended;
beforeAll(async () => {
  firstDir = mkdtempSync(join(tmpdir(), 'waybill-e2e-'));
  firstStart = await runScript(bootstrap, ['start', '--once'], await environment(firstDir));
});
afterAll(() => rmSync(firstDir, { recursive: true }));

describe('npm start -- --once', () => {
  it('indexes the samples, completes a first task with quotes from them, and exits with 0', () => {
    const { code, stdout, stderr } = firstStart;
    expect(stderr).toBe('');
    expect(stdout).toMatch(/is ready/);
    expect(stdout).toMatch(/Knows \d+ sample documents \(\d+ passages\)/);
    expect(stdout).toMatch(/retriever.*\n.*analyzer.*\n.*writer/);
    expect(stdout).toMatch(/completed in/);
    expect(stdout).toMatch(/\[1\].*\.(md|html|txt)/);
    expect(code).toBe(0);
  });
});

describe('a start that cannot be', () => {
  it('because another process uses the data folder says so in one line, and hurts neither', async () => {
    const dataDir = scratchFolder();
    const first = await platformIn(dataDir);
    await first.start();
    const second = await runScript(bootstrap, ['start', '--once', '--no-sample'], await environment(dataDir));
    expect(second.stderr).toMatch(oneLine);
    expect(second.stderr).toContain(dataDir);
    expect(second.code).toBe(1);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  });

  it('because the port is taken says which', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const ended = await runScript(bootstrap, ['start', '--once', '--no-sample'], {
      PORT: String(port),
      WAYBILL_DATA_DIR: scratchFolder(),
    });
    expect(ended.stderr).toBe(`waybill: Port ${port} is in use by another process: set PORT to another one.\n`);
    expect(ended.code).toBe(1);
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, 'x'.repeat(8_192)), /waybill\.db/],
    ['damaged in its middle', damageMiddle, /waybill\.db/],
    ['emptied', (file: string) => writeFileSync(file, ''), /waybill\.db is empty.*backup/],
    ['newer', makeNewer, /newer/],
  ])('because the data folder is %s says so, and changes nothing in it', async (_, spoil, said) => {
    expect(firstStart.code).toBe(0);
    const dataDir = scratchFolder();
    cpSync(firstDir, dataDir, { recursive: true });
    spoil(join(dataDir, 'waybill.db'));
    const before = contents(dataDir);
    const ended = await runScript(bootstrap, ['start', '--once', '--no-sample'], await environment(dataDir));
    expect(ended.stderr).toMatch(oneLine);
    expect(ended.stderr).toMatch(said);
    expect(ended.code).toBe(1);
    expect(contents(dataDir)).toEqual(before);
  });

  it('because a newer version wrote the read model says so, and changes nothing', async () => {
    const dataDir = scratchFolder();
    cpSync(firstDir, dataDir, { recursive: true });
    const file = join(dataDir, 'gateway.db');
    const db = new DatabaseSync(file);
    db.exec(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Newer9')`);
    db.close();
    const before = contents(dataDir);
    const ended = await runScript(bootstrap, ['start', '--once', '--no-sample'], await environment(dataDir));
    expect(ended.stderr).toMatch(oneLine);
    expect(ended.stderr).toContain(`${file} has migrations that this version does not know (Newer9)`);
    expect(ended.code).toBe(1);
    expect(contents(dataDir)).toEqual(before);
  });

  it.each([
    [{ PORT: 'http' }, /PORT/],
    [{ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', AGENTIC_NO_LLM: '' }, /OPENAI_API_KEY/],
    [{ KAFKA_BROKERS: '127.0.0.1:9092' }, /KAFKA_BROKERS/],
  ])('because of the settings %o names them', async (settings, said) => {
    const ended = await runScript(bootstrap, ['start', '--once'], {
      ...(await environment(scratchFolder())),
      ...settings,
    });
    expect(ended.stderr).toMatch(oneLine);
    expect(ended.stderr).toMatch(said);
    expect(ended.code).toBe(1);
  });
});

describe('a start beside an index that is not the one of the log', () => {
  const question = { goal: 'What is a consumer group?', input: { collection: 'samples' } };
  const lose = (dataDir: string, database: string): void => {
    for (const name of readdirSync(dataDir)) if (name.startsWith(database)) rmSync(join(dataDir, name));
  };
  const answered = async (platform: PlatformProcess): Promise<unknown> => {
    const client = new WaybillClient(platform.url);
    const { task_id: taskId } = await client.submit(question);
    for await (const frame of client.follow(taskId)) void frame;
    const { status, output } = await client.task(taskId);
    return { status, output };
  };
  const copied = (): string => {
    expect(firstStart.code).toBe(0);
    const dataDir = scratchFolder();
    cpSync(firstDir, dataDir, { recursive: true });
    return dataDir;
  };

  it.each([
    ['gone', (dataDir: string) => lose(dataDir, 'knowledge.db')],
    ['emptied', (dataDir: string) => writeFileSync(join(dataDir, 'knowledge.db'), '')],
  ])('that is %s rebuilds it: the same question has the same answer, citations and all', async (_, spoil) => {
    const dataDir = copied();
    const before = await platformIn(dataDir);
    await before.start();
    const answer = await answered(before);
    expect(JSON.stringify(answer)).toMatch(/\[1\].*\.(md|html|txt)/);
    await before.end('SIGTERM');
    spoil(dataDir);
    const after = await platformIn(dataDir, { LOG_LEVEL: 'info' });
    await after.start();
    expect(await answered(after)).toEqual(answer);
    expect(after.output.split('\n').filter((line) => line.includes('The knowledge index is rebuilt'))).toHaveLength(1);
  });

  it('because the log is gone forgets it: nothing is found that is not listed', async () => {
    const dataDir = copied();
    lose(dataDir, 'waybill.db');
    const platform = await platformIn(dataDir);
    await platform.start();
    const client = new WaybillClient(platform.url);
    expect(await client.documents({})).toMatchObject({ items: [], total: 0 });
    expect(await client.search({ query: question.goal })).toEqual({ hits: [] });
  });
});

/** Checksums of the record's files and of what is made from them. An empty write-ahead log is what a look at the file leaves behind. */
function contents(dataDir: string): Record<string, string> {
  const files = readdirSync(dataDir).filter((name) => /^(waybill|gateway|knowledge)\.db(-wal)?$/.test(name));
  const sums = files.map((name) => [name, readFileSync(join(dataDir, name))] as const);
  return Object.fromEntries(
    sums
      .filter(([, bytes]) => bytes.length > 0)
      .map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
}

function damageMiddle(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4_096, Math.min(bytes.length, 40_960));
  writeFileSync(file, bytes);
}

function makeNewer(file: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 9999');
  db.close();
}
