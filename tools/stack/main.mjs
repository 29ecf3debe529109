/** `npm run stack -- up|down|status|clean [server...]`: real Kafka, PostgreSQL, Redis and S3 on this machine, without containers. */
import { memoryMb, pidOf } from './background.mjs';
import { StackFailure } from './failure.mjs';
import { host, serviceSettings } from './places.mjs';
import { clean, down, serverNamed, servers, up } from './servers.mjs';

const [verb = '', ...names] = process.argv.slice(2);
const say = (/** @type {string} */ line) => console.error(`stack: ${line}`);
try {
  const chosen = names.length === 0 ? servers : names.map(serverNamed);
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
