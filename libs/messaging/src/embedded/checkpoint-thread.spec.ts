import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CheckpointThread } from './checkpoint-thread.ts';

it('says that a checkpoint ended also when its thread did not survive it, and starts another one for the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-thread-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'waybill.db');
  writeFileSync(file, 'this is no database, whatever its name says'.repeat(100));
  const thread = new CheckpointThread(file);
  for (let round = 0; round < 2; round += 1) {
    const ended = new Promise<void>((resolve) => thread.run(resolve));
    expect(thread.isRunning).toBe(true);
    await ended;
    expect(thread.isRunning).toBe(false);
  }
  await thread.close();
});

it('costs a checkpoint where the system has no thread to give, and neither the commit that asked for it nor those to come', async () => {
  const thread = new CheckpointThread('waybill.db', () => {
    throw new Error('ERR_WORKER_INIT_FAILED');
  });
  let ends = 0;
  thread.run(() => (ends += 1));
  expect([ends, thread.isRunning]).toEqual([1, false]);
  await thread.close();
});
