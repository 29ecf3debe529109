/**
 * The servers, installed and started natively.
 * Promise: `up` leaves all of them ready, or says what could not be done; what already runs is left alone.
 */
import { rmSync } from 'node:fs';
import { end, launch, pidOf, waitFor } from './background.mjs';
import { StackFailure } from './failure.mjs';
import { isOpen } from './background.mjs';
import { brokerCount, running } from './places.mjs';
import { kafka, kafkaCluster, kafkaSecured } from './servers/kafka.mjs';
import { minio } from './servers/minio.mjs';
import { postgres } from './servers/postgres.mjs';
import { redis } from './servers/redis.mjs';

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {number} port
 * @property {NodeJS.Signals} stopSignal
 * @property {() => Promise<void>} install Nothing when it is there.
 * @property {() => Promise<void>} prepare Data folder and configuration, before each start.
 * @property {() => import('./background.mjs').Program} program
 * @property {() => boolean | Promise<boolean>} isReady
 * @property {() => Promise<void>} [afterStart]
 */

const others = [postgres, redis, minio];
/** Those of a stack as it is asked for. */
export const servers = [...(brokerCount === '3' ? kafkaCluster : [kafka]), ...others];
/** Those of a stack that was asked for differently too. */
export const allServers = [kafka, ...kafkaCluster, kafkaSecured, ...others];

/** @param {string} name @returns {Server} */
export function serverNamed(name) {
  const server = allServers.find((one) => one.name === name);
  if (server) return server;
  throw new StackFailure(`There is no server ${name}; there are ${allServers.map((one) => one.name).join(', ')}.`);
}

/** @param {readonly Server[]} chosen @param {(line: string) => void} say */
export async function up(chosen, say) {
  const results = await Promise.allSettled(chosen.map((server) => start(server, say)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** @param {Server} server @param {(line: string) => void} say */
export async function start(server, say) {
  const { name, port } = server;
  if (pidOf(name) !== undefined) {
    // Whoever started it may have been interrupted before it was ready, or before what comes after its start.
    await waitFor(name, () => server.isReady(), 90);
    await server.afterStart?.();
    return say(`${name} runs already.`);
  }
  await timed(`${name} installed`, say, () => server.install());
  if (await isOpen(port))
    throw new StackFailure(`${name} cannot start: port ${port} is taken (WAYBILL_STACK_PORT moves all of them).`);
  await timed(`${name} started`, say, async () => {
    await server.prepare();
    launch(name, server.program());
    await waitFor(name, () => server.isReady(), 90);
    await server.afterStart?.();
  });
}

/** All at once. @param {readonly Server[]} chosen */
export async function down(chosen) {
  await Promise.all(chosen.map(({ name, stopSignal }) => end(name, stopSignal, 20)));
}

/** Their data too. @param {readonly Server[]} chosen */
export async function clean(chosen) {
  await Promise.all(chosen.map(({ name }) => end(name, 'SIGKILL', 1)));
  for (const { name } of chosen) rmSync(running(name), { recursive: true, force: true });
}

/** @param {string} what @param {(line: string) => void} say @param {() => Promise<void>} work */
async function timed(what, say, work) {
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  if (seconds >= 0.1) say(`${what} in ${seconds.toFixed(1)} s.`);
}
