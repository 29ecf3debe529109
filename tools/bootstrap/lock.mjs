/**
 * One bootstrap at a time works on this folder: `npm start` twice right after a clone must not run two `npm ci` into each other.
 * Promises: the lock of a dead process is taken over; a live one is waited for; two waiters never both take over the same dead one.
 */
import { mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, codeOf, failUnwritable } from './failure.mjs';

/** @typedef {{ pid: number; host: string }} Holder */
/** @typedef {{ pollMs?: number; silentMs?: number; patienceMs?: number; say?: (line: string) => void }} LockOptions */

const beatMs = 1_000;

/**
 * Runs `work` while holding the lock. The lock lies beside node_modules, because `npm ci` deletes that folder.
 * @template T @param {string} path @param {() => Promise<T>} work @param {LockOptions} [options] @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  await take(path, options);
  const heartbeat = setInterval(() => touch(path), beatMs);
  const release = () => removeFile(path);
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

const defaults = { pollMs: 200, silentMs: 60_000, patienceMs: 15 * 60_000, say: console.error };

/** @param {string} path @param {LockOptions} options */
async function take(path, options) {
  const { pollMs, silentMs, patienceMs, say } = { ...defaults, ...options };
  const deadline = Date.now() + patienceMs;
  for (let round = 0; !create(path); round += 1) {
    const holder = readHolder(path);
    if (isAbandoned(path, silentMs)) takeAway(path, silentMs);
    else if (round === 0) say(`Waiting for process ${holder?.pid}, which is installing or building here.`);
    if (Date.now() > deadline) {
      throw new Failure(`Waited too long for another install. If none is running, delete ${path} and try again.`);
    }
    await sleep(round === 0 ? Math.min(pollMs, 10) : pollMs);
  }
}

/** @param {string} path @returns {boolean} whether the lock is ours now */
function create(path) {
  try {
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return failUnwritable(error, dirname(path));
  }
}

/**
 * A dead process on this machine left it, or nobody has touched it for long (another machine, or a process id given to somebody else).
 * @param {string} path @param {number} silentMs
 */
export function isAbandoned(path, silentMs) {
  const silence = silentFor(path);
  if (silence === undefined) return false;
  const holder = readHolder(path);
  // Just created and not yet written, or torn by a full disk: its age decides.
  if (holder === undefined) return silence > beatMs * 5;
  return (holder.host === hostname() && !isAlive(holder.pid)) || silence > silentMs;
}

/**
 * One waiter at a time removes an abandoned lock, and looks again before it does: the lock may be a new one by now.
 * @param {string} path @param {number} silentMs
 */
function takeAway(path, silentMs) {
  const gate = `${path}.takeover`;
  try {
    mkdirSync(gate);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') failUnwritable(error, dirname(path));
    if ((silentFor(gate) ?? 0) > beatMs * 5) removeFolder(gate); // who made it died in the line below
    return;
  }
  if (isAbandoned(path, silentMs)) removeFile(path);
  removeFolder(gate);
}

/** @param {string} path @returns {Holder | undefined} */
function readHolder(path) {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM'; // alive, and somebody else's
  }
}

/** @param {string} path @returns {number | undefined} milliseconds since it was touched */
function silentFor(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

/** @param {string} path */
const touch = (path) => ignoreErrors(() => utimesSync(path, new Date(), new Date()));
/** @param {string} path */
const removeFile = (path) => ignoreErrors(() => unlinkSync(path));
/** @param {string} path */
const removeFolder = (path) => ignoreErrors(() => rmdirSync(path));

/** What is gone already, or gone for good, needs no removing. @param {() => void} work */
function ignoreErrors(work) {
  try {
    work();
  } catch {
    // nothing to mend
  }
}
