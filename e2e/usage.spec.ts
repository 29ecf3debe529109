import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '@waybill/testing';
import { describe, expect, it } from 'vitest';
import { runScript } from './support/run-script.ts';
import { bootstrap, scratchFolder } from './support/scratch.ts';

it('waybill verify of a folder without a record says so, and makes none', async () => {
  const dataDir = join(scratchFolder(), 'mistyped');
  const { code, stdout, stderr } = await runScript(bootstrap, ['waybill', 'verify'], { WAYBILL_DATA_DIR: dataDir });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^waybill: There is no record in [^\n]+mistyped: [^\n]+\n$/);
  expect(existsSync(dataDir)).toBe(false);
});

const run = (...args: string[]) => runScript(bootstrap, args, { WAYBILL_DATA_DIR: scratchFolder() });

describe('usage', () => {
  it.each([
    ['waybill tasks', 'ends as programs in a pipe do', 141],
    ['start --once', 'goes on', 0],
  ])('%s without anybody who reads %s', async (command, _, expected) => {
    const env = { ...process.env, PORT: String(await freePort()), WAYBILL_DATA_DIR: scratchFolder() };
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(process.execPath, [bootstrap, ...command.split(' ')], { env, stdio: [...stdio] });
    child.stdout!.destroy();
    const errors = text(child.stderr!);
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, await errors]).toEqual([expected, '']);
  });

  it.each([
    ['npm start -- --help', ['start', '--help'], /Usage: npm start.*--no-sample/s],
    ['npm run waybill -- start --help', ['waybill', 'start', '--help'], /Usage: npm start.*--no-sample/s],
    ['npm run waybill -- --help', ['waybill', '--help'], /Usage: npm run waybill -- COMMAND.*watch TASK_ID/s],
    ['npm run waybill -- run --help', ['waybill', 'run', '--help'], /Usage: waybill run "question"/],
  ])('%s prints it and exits with 0', async (_, args, said) => {
    expect(await run(...args)).toMatchObject({ code: 0, stdout: expect.stringMatching(said), stderr: '' });
  });

  it.each([
    [['start', '--foo'], 'There is no option --foo. Usage: npm start'],
    [['waybill', '--foo'], 'There is no option --foo. See npm run waybill -- --help.'],
    [['waybill', 'foo'], 'There is no command foo. See npm run waybill -- --help.'],
    [['waybill', 'run', '--foo'], 'There is no option --foo. Usage: waybill run'],
    [['waybill', 'run', ''], 'One of the words is empty. Usage: waybill run'],
    [['waybill', 'tasks', '--limit', 'many'], 'limit must be a whole number from 1 to '],
  ])('%j is refused in one line and exits with 2', async (args, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^waybill: [^\n]+\n$/);
    expect(stderr).toContain(said);
  });
});
