/**
 * The whole process is killed at random moments with 200 tasks running, twenty times in a row.
 * Shown: every accepted task ends, in time and when it is cancelled; its events count from 1 without a gap, read and streamed; each step is completed once;
 * a key that is sent again is no second task; the record is sound.
 */
import { randomInt } from 'node:crypto';
import { WaybillClient } from '@waybill/client';
import type { PlatformProcess } from '@waybill/testing';
import { expect, it } from 'vitest';
import { checkAll, Checks } from './support/checks.ts';
import { Load, type Kind } from './support/load.ts';
import { bootstrap, platformIn, scratchFolder } from './support/scratch.ts';
import { runScript } from './support/run-script.ts';

const kills = 20;
const running = 200;
const turns: readonly Kind[] = ['steps', 'steps', 'late', 'steps', 'steps', 'steps', 'cancelled', 'steps'];

it('loses nothing and applies nothing twice when it is killed twenty times', { timeout: 600_000 }, async () => {
  const dataDir = scratchFolder();
  const platform = await platformIn(dataDir, { SIMULATED_TOKENS_PER_SECOND: '200' });
  await platform.start();
  const clients = [new WaybillClient(platform.url)];
  const load = new Load(clients, running, { turns });
  await Promise.race([load.ended, killOften(platform, load)]);
  load.stop();
  const done = await load.ended;

  expect(done.length).toBeGreaterThan(kills);
  const ends = new Set(done.map(({ events }) => events.at(-1)!.type));
  expect(ends).toEqual(new Set(['TaskCompleted', 'TaskFailed', 'TaskCancelled']));
  await checkAll(clients, new Checks(done));
  await platform.end('SIGTERM');
  const verified = await runScript(bootstrap, ['waybill', 'verify'], { WAYBILL_DATA_DIR: dataDir });
  expect(verified.stdout).toMatch(new RegExp(`${done.length} plans \\(0 of them running\\), \\d+ events: sound`));
  expect(verified.code).toBe(0);
});

/** A moment is a number of events that were heard: some steps or many tasks after the last start, and often before it was ready. */
async function killOften(platform: PlatformProcess, load: Load): Promise<void> {
  const restart = async (): Promise<void> => {
    await platform.end('SIGKILL');
    await platform.start('/healthz');
  };
  for (let kill = 0; kill < kills; kill += 1) {
    const moment = load.heard + randomInt(1, 500);
    while (load.heard < moment) {
      if (!platform.isRunning) throw new Error(`The platform ended by itself:\n${platform.output}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await (load.up = restart());
  }
}
