/**
 * `npm run stack -- up|down|status|clean [server...]`: real Kafka, PostgreSQL, Redis and S3 on this machine, without containers.
 * `WAYBILL_STACK_BROKERS=3` makes Kafka a cluster of three brokers; `down` and `clean` end whatever runs.
 */
import { memoryMb, pidOf } from './background.mjs';
import { StackFailure } from './failure.mjs';
import { brokerCount, host, serviceSettings } from './places.mjs';
import { allServers, clean, down, serverNamed, servers, up } from './servers.mjs';

const [verb = '', ...names] = process.argv.slice(2);
const say = (/** @type {string} */ line) => console.error(`stack: ${line}`);
try {
  if (!['1', '3'].includes(brokerCount)) throw new StackFailure('WAYBILL_STACK_BROKERS is 1 or 3.');
  const named = names.map(serverNamed);
  const chosen = named.length > 0 ? named : verb === 'up' || verb === 'status' ? servers : allServers;
  if (verb === 'up') {
    await up(chosen, say);
    printSettings();
  } else if (verb === 'down') await down(chosen);
  else if (verb === 'clean') await clean(chosen);
  else if (verb === 'status') status(chosen);
  else throw new StackFailure('usage: npm run stack -- up|down|status|clean [kafka|postgres|redis|minio ...]');
} catch (error) {
  if (!(error instanceof StackFailure)) throw error;
  if (error.details) console.error(error.details);
  say(error.message);
  process.exitCode = 1;
}

/** A service's role in the database is its own, so that setting is no one's for a whole shell. */
function printSettings() {
  for (const [name, value] of Object.entries(serviceSettings('agent-node'))) console.log(`export ${name}=${value}`);
  for (const service of /** @type {const} */ (['gateway', 'orchestrator', 'rag-indexer']))
    console.log(`# start:${service} needs DATABASE_URL=${serviceSettings(service)['DATABASE_URL']}`);
}

/** Fails when one of them is down. @param {readonly import('./servers.mjs').Server[]} chosen */
function status(chosen) {
  for (const { name, port } of chosen) {
    const pid = pidOf(name);
    const state = pid === undefined ? 'down' : `up    ${host}:${port}   pid ${pid}   ${memoryMb(pid)} MB`;
    console.log(`${name.padEnd(10)} ${state}`);
    if (pid === undefined) process.exitCode = 1;
  }
}
