/**
 * Two processes of each service with 200 tasks running: each kind is killed in turn, an orchestrator is frozen past its session, servers are restarted; first events of tasks come again long after their end.
 * Shown: every accepted task ends; its events count from 1 without a gap, read and streamed; each step is completed once; the record is sound.
 */
import { serviceNames, type ServiceProcess } from '@waybill/testing';
import { expect, it } from 'vitest';
import { settings } from '../../tools/stack/places.mjs';
import { restartServer, startCluster } from '../support/cluster.ts';
import { checkAll, Checks } from '../support/checks.ts';
import { Load, persistently } from '../support/load.ts';
import { runScript } from '../support/run-script.ts';
import { sendAgain } from '../support/send-again.ts';
import { bootstrap } from '../support/scratch.ts';

const running = 200;
/** Steps and tasks go on for so many events between two faults. */
const eventsBetween = 1_000;
const sessionMs = 6_000;
/** Of tasks that the gateways have long put out of memory. */
const repeated = { tasks: 300, events: 3 };

it(
  'loses nothing and applies nothing twice, whatever is killed, frozen or restarted',
  { timeout: 300_000 },
  async () => {
    const { services, clients, at } = await startCluster({ GATEWAY_LIVE_BYTES: String(4 * 1024 * 1024) });
    const load = (at.doing = new Load(clients, running));
    const ended = Promise.race([load.ended, services.failure]);
    ended.catch(() => {}); // told where it is waited for
    const after = async (fault: string, happens: () => Promise<void>): Promise<void> => {
      at.step = fault;
      await Promise.race([happens(), services.failure]);
      at.step = `after ${fault}`;
      for (const from = load.heard; load.heard < from + eventsBetween;) {
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10))]);
      }
    };
    await after('the start', () => Promise.resolve());
    for (const name of serviceNames) {
      await after(`a killed ${name}`, () => (load.up = restart(services.services[name][0]!)));
    }
    await after('a frozen orchestrator', () => freeze(services.services.orchestrator[0]!));
    await after('a killed Redis', () => restartServer('redis', 'SIGKILL'));
    await after('a restart of PostgreSQL', () => restartServer('postgres', 'SIGINT'));
    await after('a restart of Kafka', () => restartServer('kafka', 'SIGTERM'));
    at.step = 'the last tasks';
    load.stop();
    const done = await ended;
    expect(done.length).toBeGreaterThan(running);
    at.step = 'events that come again';
    const oldest = done.toSorted((one, other) => (one.taskId < other.taskId ? -1 : 1)).slice(0, repeated.tasks);
    const ids = new Set(oldest.map(({ taskId }) => taskId));
    const sent = await sendAgain(settings('orchestrator')['KAFKA_BROKERS']!, ids, repeated.events);
    expect(sent).toBe(ids.size * repeated.events);
    await Promise.all(clients.map((client) => persistently(() => client.tasks({ limit: '1' })))); // they have read it
    at.step = 'what was heard is right';
    const checks = (at.doing = new Checks(done));
    await checkAll(clients, checks);
    at.step = 'stop';
    expect(await services.stop()).toEqual(services.processes.map(() => 0));
    at.step = 'verify';
    const verified = await runScript(bootstrap, ['waybill', 'verify'], settings('orchestrator'));
    expect(verified.stdout).toMatch(/sound/);
    expect(verified.code).toBe(0);
  },
);

async function restart(process: ServiceProcess): Promise<void> {
  await process.end('SIGKILL');
  await process.start();
}

/** Past its session. */
async function freeze(process: ServiceProcess): Promise<void> {
  process.freeze();
  await new Promise((resolve) => setTimeout(resolve, sessionMs + 3_000));
  process.wake();
}
