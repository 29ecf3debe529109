/**
 * Two processes of each service with 200 tasks running: each kind is killed in turn, an orchestrator is frozen past its session, servers are restarted.
 * Shown: every accepted task ends; its events count from 1 without a gap, read and streamed; each step is completed once; the record is sound.
 */
import { serviceNames, type ServiceProcess } from '@waybill/testing';
import { expect, it } from 'vitest';
import { settings } from '../../tools/stack/places.mjs';
import { restartServer, startCluster } from '../support/cluster.ts';
import { checkAll, Load } from '../support/load.ts';
import { runScript } from '../support/run-script.ts';
import { bootstrap } from '../support/scratch.ts';

const running = 200;
/** Steps and tasks go on for so many events between two faults. */
const eventsBetween = 1_000;
const sessionMs = 6_000;

it(
  'loses nothing and applies nothing twice, whatever is killed, frozen or restarted',
  { timeout: 300_000 },
  async () => {
    const { services, clients } = await startCluster();
    const load = new Load(clients, running);
    const goesOn = async (): Promise<void> => {
      for (const from = load.heard; load.heard < from + eventsBetween;) {
        await Promise.race([load.ended, new Promise((resolve) => setTimeout(resolve, 10))]);
      }
    };
    const restart = async (process: ServiceProcess): Promise<void> => {
      await process.end('SIGKILL');
      await process.start();
    };
    await goesOn();
    for (const name of serviceNames) {
      await (load.up = restart(services.services[name][0]!));
      await goesOn();
    }
    const [frozen] = services.services.orchestrator;
    frozen!.freeze();
    await new Promise((resolve) => setTimeout(resolve, sessionMs + 3_000)); // its session has to be over
    frozen!.wake();
    await goesOn();
    await restartServer('redis', 'SIGKILL');
    await goesOn();
    await restartServer('postgres', 'SIGINT');
    await goesOn();
    await restartServer('kafka', 'SIGTERM');
    await goesOn();
    load.stop();
    const done = await load.ended;
    expect(done.length).toBeGreaterThan(running);
    await checkAll(clients, done);
    expect(await services.stop()).toEqual(services.processes.map(() => 0));
    const verified = await runScript(bootstrap, ['waybill', 'verify'], settings('orchestrator'));
    expect(verified.stdout).toMatch(/sound/);
    expect(verified.code).toBe(0);
  },
);
